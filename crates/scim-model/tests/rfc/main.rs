//! The examples of RFC 7643, RFC 7644 and RFC 9865, by section, through the public interface only.

mod examples;
mod section_7643_8;
mod section_7644_3_4_2;
mod section_7644_3_4_3;
#[cfg(test)] // lets helpers unwrap
mod section_7644_3_5;
mod section_7644_3_9;
mod section_9865;
