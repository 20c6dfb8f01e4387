//! The tables the people are drawn from. Names are common ones of each place; addresses lead nowhere.

/// A place people work at, with names usual there. A name may carry the way it is written at home.
pub(super) struct Place {
    pub locale: &'static str,
    pub country: &'static str,
    pub city: &'static str,
    pub postal_code: &'static str,
    pub street: &'static str,
    /// Numbers that national plans keep free for examples, or close to them; only ever shown.
    pub phone_prefix: &'static str,
    pub given: &'static [Name],
    pub family: &'static [Name],
    /// The family name comes first when written at home.
    pub family_first: bool,
}

/// Latin spelling, and the spelling at home where that is another script.
pub(super) type Name = (&'static str, Option<&'static str>);

macro_rules! latin {
    ($($name:literal),* $(,)?) => { &[$(($name, None)),*] };
}

pub(super) const PLACES: &[Place] = &[
    Place {
        locale: "en-IE",
        country: "IE",
        city: "Dublin",
        postal_code: "D02 AF30",
        street: "12 Harbour Row",
        phone_prefix: "+353 20 910 ",
        given: latin!["Aoife", "Ciarán", "Siobhán", "Conor", "Niamh", "Oisín", "Gráinne", "Declan", "Róisín", "Eoin"],
        family: latin![
            "O'Connor",
            "Byrne",
            "Ní Bhriain",
            "Kavanagh",
            "Ó Súilleabháin",
            "Doyle",
            "McCarthy",
            "Walsh",
            "Nolan"
        ],
        family_first: false,
    },
    Place {
        locale: "de-DE",
        country: "DE",
        city: "Leipzig",
        postal_code: "04109",
        street: "Brunnengasse 7",
        phone_prefix: "+49 341 23125 ",
        given: latin![
            "Jürgen",
            "Katharina",
            "Björn",
            "Anneliese",
            "Moritz",
            "Saskia",
            "Götz",
            "Friederike",
            "Emre",
            "Leyla"
        ],
        family: latin![
            "Müller",
            "Groß",
            "Schäfer",
            "von der Heide",
            "Köhler",
            "Yıldız",
            "Weiß",
            "Brandt",
            "Öztürk",
            "Lehmann"
        ],
        family_first: false,
    },
    Place {
        locale: "fr-FR",
        country: "FR",
        city: "Nantes",
        postal_code: "44000",
        street: "3 quai des Tisserands",
        phone_prefix: "+33 2 61 91 ",
        given: latin!["Zoé", "François", "Anaïs", "Jean-Luc", "Maëlle", "Étienne", "Noémie", "Rémi", "Aminata", "Loïc"],
        family: latin![
            "Lefèvre",
            "Garçon",
            "D'Aubigné",
            "Moreau",
            "Bénard",
            "Diallo",
            "Chevalier",
            "Le Goff",
            "Traoré"
        ],
        family_first: false,
    },
    Place {
        locale: "es-MX",
        country: "MX",
        city: "Guadalajara",
        postal_code: "44100",
        street: "Calle del Mirador 118",
        phone_prefix: "+52 33 5550 ",
        given: latin![
            "María José",
            "Íñigo",
            "Lucía",
            "Joaquín",
            "Ximena",
            "Andrés",
            "Belén",
            "Raúl",
            "Itzel",
            "Martín"
        ],
        family: latin![
            "Núñez Ortega",
            "García",
            "Peña",
            "Hernández Ruiz",
            "Ibáñez",
            "Gutiérrez",
            "Muñoz",
            "Xolotl",
            "Rincón"
        ],
        family_first: false,
    },
    Place {
        locale: "pl-PL",
        country: "PL",
        city: "Wrocław",
        postal_code: "50-101",
        street: "ul. Młyńska 4/9",
        phone_prefix: "+48 71 555 01 ",
        given: latin![
            "Agnieszka",
            "Łukasz",
            "Małgorzata",
            "Paweł",
            "Żaneta",
            "Michał",
            "Zofia",
            "Stanisław",
            "Kinga",
            "Jiří"
        ],
        family: latin![
            "Wójcik",
            "Kowalczyk",
            "Dąbrowska",
            "Szymański",
            "Woźniak",
            "Śliwa",
            "Novák",
            "Dvořák",
            "Krawczyk"
        ],
        family_first: false,
    },
    Place {
        locale: "sv-SE",
        country: "SE",
        city: "Göteborg",
        postal_code: "411 03",
        street: "Ångbåtsgatan 21",
        phone_prefix: "+46 31 390 06 ",
        given: latin!["Åsa", "Göran", "Linnéa", "Sören", "Ebba", "Håkan", "Tuva", "Mårten", "Ingrid", "Jøran"],
        family: latin![
            "Öberg",
            "Sjöström",
            "Lindqvist",
            "Åkesson",
            "Bjørnstad",
            "Nyström",
            "Ærøskøbing",
            "Hallberg",
            "Ek"
        ],
        family_first: false,
    },
    Place {
        locale: "ja-JP",
        country: "JP",
        city: "Sapporo",
        postal_code: "060-0042",
        street: "Odori Nishi 8-2",
        phone_prefix: "+81 11 555 01",
        given: &[
            ("Yuki", Some("由紀")),
            ("Haruto", Some("陽翔")),
            ("Sakura", Some("さくら")),
            ("Kenji", Some("健二")),
            ("Aoi", Some("葵")),
            ("Ren", Some("蓮")),
        ],
        family: &[
            ("Tanaka", Some("田中")),
            ("Sato", Some("佐藤")),
            ("Watanabe", Some("渡辺")),
            ("Kobayashi", Some("小林")),
            ("Yamamoto", Some("山本")),
        ],
        family_first: true,
    },
    Place {
        locale: "el-GR",
        country: "GR",
        city: "Thessaloniki",
        postal_code: "546 24",
        street: "Odos Limniou 15",
        phone_prefix: "+30 231 055 01",
        given: &[
            ("Eleni", Some("Ελένη")),
            ("Nikos", Some("Νίκος")),
            ("Katerina", Some("Κατερίνα")),
            ("Giorgos", Some("Γιώργος")),
            ("Sofia", Some("Σοφία")),
        ],
        family: &[
            ("Papadopoulou", Some("Παπαδοπούλου")),
            ("Nikolaidis", Some("Νικολαΐδης")),
            ("Georgiou", Some("Γεωργίου")),
            ("Ioannidis", Some("Ιωαννίδης")),
        ],
        family_first: false,
    },
    Place {
        locale: "en-IN",
        country: "IN",
        city: "Bengaluru",
        postal_code: "560001",
        street: "48 Lakeview Main Road",
        phone_prefix: "+91 80 5550 ",
        given: latin!["Priya", "Arjun", "Lakshmi", "Rahul", "Ananya", "Vikram", "Meera", "Sanjay", "Divya", "Imran"],
        family: latin!["Iyer", "Sharma", "Reddy", "Khan", "Nair", "Banerjee", "Patel", "Fernandes", "Venkataraman"],
        family_first: false,
    },
    Place {
        locale: "en-US",
        country: "US",
        city: "Duluth",
        postal_code: "55802",
        street: "900 Pier Street",
        phone_prefix: "+1 218 555 01",
        given: latin!["Jordan", "Thuy", "Marcus", "Keisha", "Daniel", "Olivia", "Wei", "Hannah", "Tyrone", "Grace"],
        family: latin![
            "Washington",
            "Nguyễn",
            "Robinson",
            "Begay",
            "Chen",
            "Fitzgerald-Hayes",
            "Okafor",
            "Kim",
            "Schmidt"
        ],
        family_first: false,
    },
];

/// A department: its name, its cost centre, the title of its head, the titles of the others.
pub(super) struct Department {
    pub name: &'static str,
    pub cost_center: &'static str,
    pub division: &'static str,
    pub head: &'static str,
    pub titles: &'static [&'static str],
}

pub(super) const DEPARTMENTS: &[Department] = &[
    Department {
        name: "Engineering",
        cost_center: "CC-2100",
        division: "Product",
        head: "VP Engineering",
        titles: &[
            "Software Engineer",
            "Senior Software Engineer",
            "Site Reliability Engineer",
            "Test Engineer",
            "Engineering Manager",
        ],
    },
    Department {
        name: "Sales",
        cost_center: "CC-3100",
        division: "Market",
        head: "Chief Revenue Officer",
        titles: &["Account Executive", "Sales Engineer", "Key Account Manager", "Sales Development Representative"],
    },
    Department {
        name: "Customer Support",
        cost_center: "CC-3200",
        division: "Market",
        head: "Head of Customer Support",
        titles: &["Support Specialist", "Senior Support Specialist", "Technical Account Manager"],
    },
    Department {
        name: "Operations",
        cost_center: "CC-4100",
        division: "Business",
        head: "Chief Operating Officer",
        titles: &["Logistics Coordinator", "Warehouse Supervisor", "Procurement Analyst", "Fleet Planner"],
    },
    Department {
        name: "Marketing",
        cost_center: "CC-3300",
        division: "Market",
        head: "Head of Marketing",
        titles: &["Content Designer", "Campaign Manager", "Brand Manager"],
    },
    Department {
        name: "Finance",
        cost_center: "CC-4200",
        division: "Business",
        head: "Chief Financial Officer",
        titles: &["Accountant", "Payroll Specialist", "Controller", "Treasury Analyst"],
    },
    Department {
        name: "People & Culture",
        cost_center: "CC-4300",
        division: "Business",
        head: "Chief People Officer",
        titles: &["Recruiter", "HR Business Partner", "Learning Designer"],
    },
];

/// What is left of a name in a login: lower-case ASCII letters, other separators as `-`.
pub(super) fn login_part(name: &str) -> String {
    let mut part = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' => part.push(character),
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => part.push('a'),
            'ç' | 'ć' | 'č' => part.push('c'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' | 'ễ' => part.push('e'),
            'ğ' => part.push('g'),
            'í' | 'ì' | 'î' | 'ï' | 'ı' => part.push('i'),
            'ł' => part.push('l'),
            'ñ' | 'ń' => part.push('n'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => part.push('o'),
            'ř' => part.push('r'),
            'ś' | 'š' | 'ş' => part.push('s'),
            'ß' => part.push_str("ss"),
            'ú' | 'ù' | 'û' | 'ü' => part.push('u'),
            'ź' | 'ż' | 'ž' => part.push('z'),
            'æ' => part.push_str("ae"),
            ' ' | '-' => part.push('-'),
            _ => {}
        }
    }
    part
}
