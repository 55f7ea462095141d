//! JSON as text: enough to take apart and lay out what Anchor's macros print. What is read here was
//! written by them and is well formed; values stay the text they are.

/// Longest line that is not broken up.
const WIDTH: usize = 110;

/// Members of an array or an object, in their order. A value that is neither has none.
pub fn members(value: &str) -> Vec<&str> {
    let Some(inside) = inside(value) else {
        return Vec::new();
    };
    let (mut members, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for (place, letter) in inside.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                members.push(inside[start..place].trim());
                start = place + 1;
            }
            _ => {}
        }
    }
    members.push(inside[start..].trim());
    members.retain(|member| !member.is_empty());
    members
}

/// The value of an object's field.
pub fn field<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    members(object).into_iter().find_map(|member| {
        let (key, value) = key_and_value(member)?;
        (key.trim_matches('"') == name).then_some(value)
    })
}

/// The same value, a line for each member of what does not fit one.
pub fn pretty(value: &str) -> String {
    let mut text = String::new();
    lay_out(value.trim(), 0, 0, &mut text);
    text.push('\n');
    text
}

/// What lies between the brackets of an array or object.
fn inside(value: &str) -> Option<&str> {
    let value = value.trim();
    let array = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let object = || {
        value
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
    };
    array.or_else(object)
}

/// The parts of an object's member. The keys are names: no colon, nothing escaped.
fn key_and_value(member: &str) -> Option<(&str, &str)> {
    if !member.starts_with('"') {
        return None;
    }
    let (key, value) = member.split_once("\":")?;
    Some((&member[..=key.len()], value.trim()))
}

/// Writes a value whose line starts at `indent`, and of which `taken` letters are written already.
fn lay_out(value: &str, indent: usize, taken: usize, text: &mut String) {
    let line = on_one_line(value);
    if inside(value).is_none() || indent + taken + line.len() <= WIDTH {
        text.push_str(&line);
        return;
    }
    text.push_str(&value[..1]);
    let is_object = value.starts_with('{');
    for (place, member) in members(value).into_iter().enumerate() {
        text.push_str(if place == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(indent + 2));
        match key_and_value(member).filter(|_| is_object) {
            Some((key, value)) => {
                text.push_str(key);
                text.push_str(": ");
                lay_out(value, indent + 2, key.len() + 2, text);
            }
            None => lay_out(member, indent + 2, 0, text),
        }
    }
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push_str(&value[value.len() - 1..]);
}

fn on_one_line(value: &str) -> String {
    if inside(value).is_none() {
        return value.to_owned();
    }
    let is_object = value.starts_with('{');
    let members: Vec<String> = members(value)
        .into_iter()
        .map(|member| match key_and_value(member).filter(|_| is_object) {
            Some((key, value)) => format!("{key}: {}", on_one_line(value)),
            None => on_one_line(member),
        })
        .collect();
    let (open, close) = (&value[..1], &value[value.len() - 1..]);
    format!("{open}{}{close}", members.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = r#"{"name":"a, \"b\": {","list":[1,[2,3]] ,"none":{},"type":"u8"}"#;

    #[test]
    fn members_are_split_outside_of_strings_and_brackets() {
        let expected = [
            r#""name":"a, \"b\": {""#,
            r#""list":[1,[2,3]]"#,
            r#""none":{}"#,
            r#""type":"u8""#,
        ];
        assert_eq!(members(VALUE), expected);
        assert_eq!(field(VALUE, "list"), Some("[1,[2,3]]"));
        assert_eq!(members("[1,[2,3]]"), ["1", "[2,3]"]);
        assert_eq!(field(VALUE, "nothing"), None);
        assert!(members("{}").is_empty());
    }

    #[test]
    fn only_what_does_not_fit_a_line_is_spread() {
        let short = r#"{"name": "a, \"b\": {", "list": [1, [2, 3]], "none": {}, "type": "u8"}"#;
        assert_eq!(pretty(VALUE), format!("{short}\n"));
        let long = format!(r#"[{VALUE},{{"docs":["{}"],"n":1}}]"#, "x".repeat(100));
        let expected = format!(
            "[\n  {short},\n  {{\n    \"docs\": [\n      \"{}\"\n    ],\n    \"n\": 1\n  }}\n]\n",
            "x".repeat(100)
        );
        assert_eq!(pretty(&long), expected);
    }
}
