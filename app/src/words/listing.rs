//! What makes functions, a structure and numbers of the list of texts in `english.rs`.

/// Lists all texts, with the English ones. Each becomes a function of its name, which gives the text in the language of the page, and a field of
/// `Texts`, which every language has to fill.
macro_rules! texts {
    ($($(#[$about:meta])* $name:ident $([$count:ident])? $(($($hole:ident),+))? = $english:literal;)+) => {
        /// All texts of one language. A language without one of them does not compile.
        #[cfg(any(feature = "ssr", feature = "english", test))]
        pub(super) struct Texts {
            $(pub(super) $name: &'static str,)+
        }

        #[cfg(any(feature = "ssr", feature = "english", test))]
        impl Texts {
            /// The texts in their order.
            pub(super) const fn listed(&self) -> [&'static str; COUNT] {
                [$(self.$name,)+]
            }
        }

        /// The English texts.
        #[cfg(any(feature = "ssr", feature = "english", test))]
        pub(super) const TEXTS: Texts = Texts { $($name: $english,)+ };

        /// How many texts there are.
        #[cfg(any(feature = "ssr", feature = "english", test))]
        pub(super) const COUNT: usize = [$(Place::$name,)+].len();

        /// The names of the texts, the holes in them, and whether they count something.
        #[cfg(test)]
        pub(super) const SHAPES: [(&str, &[&str], bool); COUNT] =
            [$((stringify!($name), &[$(stringify!($count),)? $($(stringify!($hole),)+)?], !stringify!($($count)?).is_empty()),)+];

        /// Where a text stands in the list.
        #[expect(non_camel_case_types, reason = "a text has one name, as a function, as a field and here")]
        #[derive(Clone, Copy)]
        enum Place {
            $($name,)+
        }

        $(text! { $(#[$about])* $name $([$count])? $(($($hole),+))? = $english })+
    };
}

/// Makes the function of one text.
macro_rules! text {
    ($(#[$about:meta])* $name:ident = $english:literal) => {
        $(#[$about])*
        #[doc = concat!("“", $english, "”")]
        pub(crate) fn $name() -> &'static str {
            super::text_at(Place::$name as usize)
        }
    };
    ($(#[$about:meta])* $name:ident ($($hole:ident),+) = $english:literal) => {
        $(#[$about])*
        #[doc = concat!("“", $english, "”")]
        pub(crate) fn $name($($hole: &str),+) -> String {
            super::filled(super::text_at(Place::$name as usize), &[$((stringify!($hole), $hole)),+])
        }
    };
    ($(#[$about:meta])* $name:ident [$count:ident] $(($($hole:ident),+))? = $english:literal) => {
        $(#[$about])*
        #[doc = concat!("“", $english, "”")]
        pub(crate) fn $name($count: u64 $($(, $hole: &str)+)?) -> String {
            super::counted(Place::$name as usize, stringify!($count), $count, &[$($((stringify!($hole), $hole)),+)?])
        }
    };
}
