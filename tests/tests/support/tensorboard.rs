//! A reader of TensorBoard's event files that shares nothing with their writer.

/// Something at a step.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) wall_time: f64,
    pub(crate) step: u64,
    pub(crate) file_version: String,
    pub(crate) scalars: Vec<(String, f32)>,
}

/// The events of a file, whose checksums must be right.
pub(crate) fn read_events(mut file: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    while !file.is_empty() {
        let length = framed(&mut file, 8);
        let length = u64::from_le_bytes(length.try_into().unwrap()) as usize;
        events.push(read_event(framed(&mut file, length)));
    }
    events
}

/// So many bytes, and their checksum.
fn framed<'f>(file: &mut &'f [u8], length: usize) -> &'f [u8] {
    let bytes = taken(file, length);
    let crc = u32::from_le_bytes(taken(file, 4).try_into().unwrap());
    // The other way round than it was made.
    let unmasked = crc.wrapping_sub(0xa282_ead8).rotate_left(15);
    assert_eq!(unmasked, castagnoli(bytes), "the checksum of {length} bytes");
    bytes
}

fn taken<'f>(file: &mut &'f [u8], length: usize) -> &'f [u8] {
    let (taken, rest) = file.split_at(length);
    *file = rest;
    taken
}

fn castagnoli(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}

fn read_event(bytes: &[u8]) -> Event {
    let mut event = Event::default();
    for (field, value) in fields(bytes) {
        match (field, value) {
            (1, Value::Fixed64(bits)) => event.wall_time = f64::from_bits(bits),
            (2, Value::Varint(step)) => event.step = step,
            (3, Value::Bytes(text)) => event.file_version = String::from_utf8(text.to_vec()).unwrap(),
            (5, Value::Bytes(summary)) => event.scalars.extend(fields(summary).map(|(_, value)| read_scalar(&value))),
            (field, value) => panic!("field {field}: {value:?}"),
        }
    }
    event
}

fn read_scalar(value: &Value) -> (String, f32) {
    let Value::Bytes(bytes) = value else { panic!("{value:?}") };
    let (mut tag, mut number) = (None, None);
    for (field, value) in fields(bytes) {
        match (field, value) {
            (1, Value::Bytes(text)) => tag = Some(String::from_utf8(text.to_vec()).unwrap()),
            (2, Value::Fixed32(bits)) => number = Some(f32::from_bits(bits)),
            (field, value) => panic!("field {field}: {value:?}"),
        }
    }
    (tag.unwrap(), number.expect("a number that is left out is none"))
}

#[derive(Debug)]
enum Value<'b> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'b [u8]),
    Fixed32(u32),
}

/// The fields of a protocol buffer.
fn fields(mut bytes: &[u8]) -> impl Iterator<Item = (u64, Value<'_>)> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut bytes)),
            1 => Value::Fixed64(u64::from_le_bytes(taken(&mut bytes, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut bytes) as usize;
                Value::Bytes(taken(&mut bytes, length))
            }
            5 => Value::Fixed32(u32::from_le_bytes(taken(&mut bytes, 4).try_into().unwrap())),
            kind => panic!("wire type {kind}"),
        };
        Some((key >> 3, value))
    })
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = taken(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}
