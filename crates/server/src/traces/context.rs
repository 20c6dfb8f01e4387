//! The header `traceparent` of W3C Trace Context: the trace that a caller has begun.
//!
//! Deliberately not here: `tracestate`. It is of use only to those who are called next, and we call nobody.

/// Whose trace a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    pub trace: [u8; 16],
    pub span: [u8; 8],
    /// Whether the caller records it; if not, neither do we.
    pub is_sampled: bool,
}

impl Parent {
    /// Reads the header. `None` for anything malformed: the trace then begins here.
    pub fn read(header: &str) -> Option<Parent> {
        let mut parts = header.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let [version] = hexadecimal(version)?;
        // Versions to come may add parts; 255 is none.
        if version == 255 || (version == 0 && parts.next().is_some()) {
            return None;
        }
        let (trace, span, [flags]) = (hexadecimal(trace)?, hexadecimal(span)?, hexadecimal(flags)?);
        (trace != [0; 16] && span != [0; 8]).then_some(Parent { trace, span, is_sampled: flags & 1 == 1 })
    }
}

/// Exactly so many bytes, in small letters as the specification has it.
fn hexadecimal<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; LENGTH];
    if text.len() != 2 * LENGTH {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn what_callers_send() {
        let sampled = Parent {
            trace: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes(),
            span: 0xb7ad_6b71_6920_3331_u64.to_be_bytes(),
            is_sampled: true,
        };
        let not_sampled = Parent { is_sampled: false, ..sampled };
        for (header, expected) in [
            (format!("00-{TRACE}-{SPAN}-01"), Some(sampled)),
            (format!("00-{TRACE}-{SPAN}-03"), Some(sampled)),
            (format!("00-{TRACE}-{SPAN}-00"), Some(not_sampled)),
            (format!("cc-{TRACE}-{SPAN}-01-what-the-future-brings"), Some(sampled)),
            (format!("00-{TRACE}-{SPAN}-01-more"), None),
            (format!("ff-{TRACE}-{SPAN}-01"), None),
            (format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), None),
            (format!("00-{TRACE}-{}-01", &SPAN[1..]), None),
            (format!("00-{TRACE}0-{SPAN}-01"), None),
            (format!("00-{}-{SPAN}-01", "0".repeat(32)), None),
            (format!("00-{TRACE}-{}-01", "0".repeat(16)), None),
            (format!("00-{TRACE}-{SPAN}"), None),
            (format!("00-{}-{SPAN}-01", "é".repeat(16)), None),
            (String::new(), None),
        ] {
            assert_eq!(Parent::read(&header), expected, "{header}");
        }
    }
}
