//! What it checks is `scim_model::testing::fuzz::bulk`, which the tests run over the corpus, too.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scim_model::testing::fuzz::bulk(data));
