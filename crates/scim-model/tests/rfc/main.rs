//! The examples of RFC 7643 and RFC 7644, by section, through the public interface only.

mod examples;
mod section_7643_8;
mod section_7644_3_4_2;
#[cfg(test)] // lets helpers unwrap
mod section_7644_3_5;
mod section_7644_3_9;
