//! The files of `static/`, embedded in the binary and served under a URL that changes with their content.
//!
//! One hash covers the whole tree, so that the style sheet can name its fonts by relative URLs; every file may then be
//! cached for ever. Deliberately absent: reading files at run time, a build step, compression (a reverse proxy's job).

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use std::sync::LazyLock;

struct Asset {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($path:literal => $content_type:literal,)*) => {
        &[$(Asset {
            path: $path,
            content_type: $content_type,
            bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../static/", $path)),
        }),*]
    };
}

const ASSETS: &[Asset] = assets! {
    "app.css" => "text/css; charset=utf-8",
    "app.js" => "text/javascript; charset=utf-8",
    "chevron.svg" => "image/svg+xml",
    "logo.svg" => "image/svg+xml",
    "vendor/htmx/htmx.min.js" => "text/javascript; charset=utf-8",
    "vendor/inter/inter-latin-wght-normal.woff2" => "font/woff2",
    "vendor/jetbrains-mono/jetbrains-mono-latin-wght-normal.woff2" => "font/woff2",
    "vendor/tabler-icons/icons.svg" => "image/svg+xml",
};

/// FNV-1a over every path and content, 16 hex digits: a cache key that changes when a file does, not a defence.
static TREE_HASH: LazyLock<String> = LazyLock::new(|| {
    let bytes = ASSETS.iter().flat_map(|asset| asset.path.bytes().chain(asset.bytes.iter().copied()));
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
});

/// The address of a file of `static/`, for templates: `url("app.css")`.
pub fn url(path: &str) -> String {
    format!("/static/{}/{path}", *TREE_HASH)
}

/// `GET /static/{hash}/{path}`. A page of another version (while servers are being replaced) gets this version's
/// file too, but may not keep it.
pub async fn serve(address: web::Path<(String, String)>) -> HttpResponse {
    let (hash, path) = address.into_inner();
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) else {
        return HttpResponse::NotFound().finish();
    };
    let cache = if hash == *TREE_HASH { "public, max-age=31536000, immutable" } else { "no-store" };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.content_type))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(asset.bytes)
}

/// Every file with its address, for the tool that writes the samples to disk.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = (String, &'static [u8])> {
    ASSETS.iter().map(|asset| (url(asset.path), asset.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A file that nobody embedded would be missing in the product only.
    #[test]
    fn every_file_of_static_is_embedded() {
        fn visit(folder: &Path, root: &Path) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, root);
                } else if path.file_name().unwrap() != "LICENSE" {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                    assert!(ASSETS.iter().any(|asset| asset.path == name), "{name} is not in ASSETS");
                }
            }
        }
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../static"));
        visit(root, root);
    }

    #[test]
    fn every_vendored_folder_holds_its_licence() {
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../static/vendor")).unwrap() {
            assert!(entry.unwrap().path().join("LICENSE").is_file());
        }
    }
}
