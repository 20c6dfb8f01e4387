//! The examples of RFC 7643, RFC 7644 and RFC 9865, by section, through the public interface only.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests panic too: that is how a test fails")]

mod examples;
mod section_7643_8;
mod section_7643_8_7;
mod section_7644_3_10;
mod section_7644_3_12;
mod section_7644_3_3;
mod section_7644_3_4_2;
mod section_7644_3_4_3;
mod section_7644_3_5;
mod section_7644_3_5_1;
mod section_7644_3_9;
mod section_9865;
