//! Pictures that are larger than any model looks at are made smaller before they are sent.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ImageBitmap, ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

/// The most pixels on the longer side: what providers make of anything larger.
const LONG_SIDE: u32 = 2048;

/// The file, or a smaller picture of the same kind. Whatever fails here is left to the server.
pub(crate) async fn reduced(file: &File) -> Blob {
    smaller(file).await.unwrap_or_else(|| file.clone().unchecked_into())
}

async fn smaller(file: &File) -> Option<Blob> {
    let kind = file.type_();
    // A picture that moves would stand still.
    if !matches!(kind.as_str(), "image/jpeg" | "image/png" | "image/webp") {
        return None;
    }
    let picture = JsFuture::from(window().create_image_bitmap_with_blob(file).ok()?).await.ok()?;
    let picture: ImageBitmap = picture.dyn_into().ok()?;
    let (width, height) = (picture.width(), picture.height());
    let long = width.max(height);
    if long <= LONG_SIDE {
        return None;
    }
    let side = |side: u32| (u64::from(side) * u64::from(LONG_SIDE) / u64::from(long)).max(1) as u32;
    let (width, height) = (side(width), side(height));
    let canvas = OffscreenCanvas::new(width, height).ok()?;
    let context: OffscreenCanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (w, h) = (f64::from(width), f64::from(height));
    context.draw_image_with_image_bitmap_and_dw_and_dh(&picture, 0.0, 0.0, w, h).ok()?;
    let options = ImageEncodeOptions::new();
    options.set_type(&kind);
    options.set_quality(0.9);
    let blob: Blob = JsFuture::from(canvas.convert_to_blob_with_options(&options).ok()?).await.ok()?.dyn_into().ok()?;
    // A browser that cannot write this kind writes another one.
    (blob.type_() == kind && blob.size() < file.size()).then_some(blob)
}
