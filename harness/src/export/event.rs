//! TensorBoard's event files: protocol buffers (`event.proto` and `summary.proto` of TensorFlow, of which this is the part that is needed), each in the frame of a TFRecord.

use prost::Message;

/// Something at a step.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    /// Of the first event of a file.
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

/// What was measured.
#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    values: Vec<Scalar>,
}

/// A number by its tag.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Scalar {
    #[prost(string, tag = "1")]
    tag: String,
    /// One of several kinds of value, so a 0 is written, too.
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

impl Scalar {
    pub(super) fn new(tag: impl Into<String>, value: f64) -> Self {
        Self { tag: tag.into(), simple_value: Some(value as f32) }
    }
}

impl Event {
    /// What every file begins with.
    pub(super) fn first(wall_time: f64) -> Self {
        Self { wall_time, step: 0, file_version: Some("brain.Event:2".to_owned()), summary: None }
    }

    /// Numbers at a step, at a time in seconds since 1970.
    pub(super) fn scalars(wall_time: f64, step: u64, values: Vec<Scalar>) -> Self {
        Self { wall_time, step: step.cast_signed(), file_version: None, summary: Some(Summary { values }) }
    }
}

/// Events as the bytes of a file.
pub(super) fn write_events(events: &[Event]) -> Vec<u8> {
    let mut file = Vec::new();
    for event in events {
        let event = event.encode_to_vec();
        let length = (event.len() as u64).to_le_bytes();
        file.extend(length);
        file.extend(masked_crc(&length));
        file.extend(&event);
        file.extend(masked_crc(&event));
    }
    file
}

/// The checksum of a TFRecord: Castagnoli's, rotated and shifted, since the checksum of bytes that hold their own checksum says little.
fn masked_crc(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As protocol buffers and TFRecord lay them down, byte for byte; the checksums are those of a slow loop over bits.
    #[test]
    fn an_event_is_framed() {
        let file = write_events(&[Event::scalars(1.0, 300, vec![Scalar::new("loss", 0.0)])]);
        let wall_time = [&[0x09][..], &1.0f64.to_le_bytes()].concat();
        let step = [0x10, 0xac, 0x02];
        let value = [&[0x0a, 4][..], b"loss", &[0x15, 0, 0, 0, 0]].concat();
        let summary = [&[0x2a, 13, 0x0a, 11][..], &value].concat();
        let event = [&wall_time[..], &step, &summary].concat();
        let length = (event.len() as u64).to_le_bytes();
        assert_eq!(file, [&length[..], &slow_masked_crc(&length), &event, &slow_masked_crc(&event)].concat());
    }

    fn slow_masked_crc(bytes: &[u8]) -> [u8; 4] {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
            }
        }
        let crc = !crc;
        crc.rotate_left(17).wrapping_add(0xa282_ead8).to_le_bytes()
    }

    #[test]
    fn the_checksum_is_castagnolis() {
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283, "its published check value");
        assert_eq!(slow_masked_crc(b"123456789"), masked_crc(b"123456789"));
    }
}
