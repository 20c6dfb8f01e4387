//! test
mod assets;
#[derive(askama::Template)]
#[template(source = r#"{% import "parts/ui.html" as ui %}<p>{{ ui::icon("copy") }}</p>{% call ui::icon("x") %}{% endcall %}"#, ext = "html")]
struct T;
#[test]
fn t() { use askama::Template; panic!("{}", T.render().unwrap()) }
