//! Rivulet's page.
