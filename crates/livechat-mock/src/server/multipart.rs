//! Reads the one file of a multipart body.

use bytes::Bytes;

use crate::actions::Upload;

/// The part named `file`; else what is wrong with the body.
pub(super) fn file(content_type: &str, body: &Bytes) -> Result<Upload, String> {
    let boundary = parameter(content_type, "boundary").ok_or("the content type has no `boundary`")?;
    let delimiter = format!("--{boundary}");
    let mut position = find(body, delimiter.as_bytes(), 0).ok_or("the body does not have the boundary")?;
    loop {
        position += delimiter.len();
        let rest = body.get(position..).unwrap_or_default();
        if rest.starts_with(b"--") {
            return Err("`file`: the part is missing".to_owned());
        }
        let head_start = position + 2;
        let head_end = find(body, b"\r\n\r\n", head_start).ok_or("a part has no end of its head")?;
        let content_start = head_end + 4;
        let end_mark = format!("\r\n{delimiter}");
        let content_end = find(body, end_mark.as_bytes(), content_start).ok_or("a part has no end")?;
        let head = String::from_utf8_lossy(body.get(head_start..head_end).unwrap_or_default()).into_owned();
        if let Some(mut upload) = described(&head) {
            upload.content = body.slice(content_start..content_end);
            return Ok(upload);
        }
        position = content_end + 2;
    }
}

/// The file that a part's head is about, if it is the one named `file`.
fn described(head: &str) -> Option<Upload> {
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition")?;
    if parameter(&disposition, "name").as_deref() != Some("file") {
        return None;
    }
    Some(Upload {
        name: parameter(&disposition, "filename").unwrap_or_else(|| "file".to_owned()),
        content_type: header("content-type").unwrap_or_else(|| "application/octet-stream".to_owned()),
        content: Bytes::new(),
    })
}

/// A parameter of a header's value, `name="file"` or `boundary=abc`.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then(|| value.to_owned())
    })
}

fn find(body: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let rest = body.get(from..)?;
    rest.windows(what.len()).position(|window| window == what).map(|position| position + from)
}

#[cfg(test)]
mod tests {
    use super::file;
    use bytes::Bytes;

    fn read(body: &'static str) -> Result<crate::actions::Upload, String> {
        file("multipart/form-data; boundary=\"x\"", &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn the_part_named_file_is_found_behind_others() {
        let upload = read(
            "--x\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nhi\r\n--x\r\nContent-Disposition: form-data; \
             name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\r\nPNG\r\n\r\n--x--\r\n",
        )
        .unwrap();
        assert_eq!((upload.name.as_str(), upload.content_type.as_str()), ("a.png", "image/png"));
        assert_eq!(&upload.content[..], b"\r\nPNG\r\n");
    }

    #[test]
    fn broken_bodies_are_told_from_files() {
        for body in [
            "",
            "--x",
            "--x--\r\n",
            "--x\r\nno end",
            "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhi",
        ] {
            assert!(read(body).is_err(), "{body}");
        }
        assert!(file("multipart/form-data", &Bytes::new()).is_err());
    }
}
