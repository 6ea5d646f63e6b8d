//! Words inside of XML.

use std::fmt::{self, Write};

/// Whether XML 1.0 can hold a character at all.
pub fn is_legal(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// With a space for each character that XML cannot hold.
pub fn legal(words: &str) -> String {
    words
        .chars()
        .map(|c| if is_legal(c) { c } else { ' ' })
        .collect()
}

/// Words as content or as the value of an attribute in double quotes. Line breaks and tabs are written as numbers,
/// since readers would take them for spaces.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' => write!(f, "&#{};", u32::from(c))?,
                c if is_legal(c) => f.write_char(c)?,
                _ => f.write_char(' ')?,
            }
        }
        Ok(())
    }
}
