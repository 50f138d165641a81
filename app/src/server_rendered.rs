//! What only the server can make: the colours of code, and formulas. They are in the HTML of a page from the first moment; what comes to a
//! page later asks for it.

use std::sync::Arc;

/// Makes the HTML of code, given its language and itself.
pub type RenderCode = Arc<dyn Fn(&str, &str) -> Option<String> + Send + Sync>;

/// Makes the MathML of a formula, given its TeX and whether it stands on a line of its own.
pub type RenderMath = Arc<dyn Fn(&str, bool) -> Option<String> + Send + Sync>;

/// Makes HTML of code and formulas, for pages that are rendered. Provide one as a context before rendering; without it, both are shown as they are written.
#[derive(Clone)]
pub struct ServerRendered {
    /// The HTML of a whole block of code: its language, the code. None where it is as good as plain. Whoever makes it
    /// answers for its being safe: it is put into the page as it is.
    pub code: RenderCode,
    /// The MathML of a formula: its TeX, whether it stands on a line of its own. None where it is not understood.
    pub math: RenderMath,
}

impl std::fmt::Debug for ServerRendered {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ServerRendered").finish_non_exhaustive()
    }
}
