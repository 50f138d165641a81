//! What models cost, as `RIVULET_PRICES` says.
//!
//! There are no prices of our own: they change faster than programs do, and a wrong cost is worse than none.

use protocol::{event::Usage, usage::Cost};
use std::str::FromStr;

/// The currency of prices that name none.
const DOLLARS: &str = "USD";

/// For how many tokens a price is.
const MILLION: f64 = 1e6;

/// Costs are told to billionths: a token is never cheaper, and what binary fractions add is not seen.
const BILLION: f64 = 1e9;

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    input: f64,
    cached_input: f64,
    output: f64,
    /// The three letters of ISO 4217.
    currency: [u8; 3],
}

impl Price {
    /// What an answer cost.
    pub fn cost(&self, usage: Usage) -> Cost {
        let cached = usage.cached_input_tokens.min(usage.input_tokens);
        let input = (usage.input_tokens - cached) as f64 * self.input + cached as f64 * self.cached_input;
        let amount = (input + usage.output_tokens as f64 * self.output) / MILLION;
        let currency = String::from_utf8_lossy(&self.currency).into_owned();
        Cost { currency, amount: (amount * BILLION).round() / BILLION }
    }
}

/// The prices of all models: patterns of their names, and what each costs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices(Vec<(String, Price)>);

impl Prices {
    /// What a model costs, by its full name: the first that fits.
    pub fn of(&self, model: &str) -> Option<Price> {
        self.0.iter().find(|(pattern, _)| fits(pattern, model)).map(|(_, price)| *price)
    }
}

/// Whether a name fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(start) else { return false };
    let mut ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    ends.any(|at| fits(rest, &name[at..]))
}

impl FromStr for Prices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(entry).collect::<Result<_, _>>().map(Self)
    }
}

fn entry(text: &str) -> Result<(String, Price), String> {
    let read = || {
        let (pattern, rest) = text.split_once('=')?;
        let pattern = pattern.trim();
        // More stars than a name has parts only make a search long.
        if pattern.is_empty() || pattern.matches('*').count() > 4 {
            return None;
        }
        Some((pattern.to_owned(), price(rest.trim())?))
    };
    read().ok_or_else(|| {
        format!(
            "must be models with what a million tokens of input and output cost, and cached input and a currency if need be, \
             such as openai/gpt-4.1*=2/8/0.5 USD; {text:?} is not"
        )
    })
}

fn price(text: &str) -> Option<Price> {
    let (numbers, currency) = text.split_once(char::is_whitespace).unwrap_or((text, DOLLARS));
    let currency = currency.trim().to_ascii_uppercase();
    let currency = currency.bytes().all(|byte| byte.is_ascii_uppercase()).then_some(currency)?;
    let mut numbers = numbers.split('/').map(|number| {
        let number: f64 = number.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    });
    let (input, output) = (numbers.next()??, numbers.next()??);
    let cached_input = match numbers.next() {
        None => input,
        Some(number) => number?,
    };
    let price = Price { input, cached_input, output, currency: currency.as_bytes().try_into().ok()? };
    numbers.next().is_none().then_some(price)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(prices: &str, model: &str, usage: Usage) -> Option<(f64, String)> {
        let price = prices.parse::<Prices>().unwrap().of(model)?;
        let Cost { currency, amount } = price.cost(usage);
        Some((amount, currency))
    }

    #[test]
    fn the_first_pattern_that_fits_counts() {
        let usage = Usage { input_tokens: 1_000_000, cached_input_tokens: 400_000, output_tokens: 500_000 };
        let prices = "openai/gpt-4.1-mini=0.4/1.6, openai/gpt-4.1*=2/8/0.5, */local-*=0/0 , *=1/1 eur";
        assert_eq!(cost(prices, "openai/gpt-4.1", usage), Some((1.2 + 0.2 + 4.0, "USD".into())));
        assert_eq!(cost(prices, "openai/gpt-4.1-mini", usage), Some((1.2, "USD".into())));
        assert_eq!(cost(prices, "x/local-y", usage), Some((0.0, "USD".into())));
        assert_eq!(cost(prices, "anthropic/ü", usage), Some((1.5, "EUR".into())));
        assert_eq!(cost("openai/a=1/1", "openai/ab", usage), None);
        assert_eq!(cost("", "openai/ab", usage), None);
    }

    #[test]
    fn a_small_cost_is_not_lost() {
        let usage = Usage { input_tokens: 3, output_tokens: 1, ..Usage::default() };
        assert_eq!(cost("*=0.1/0.3", "a/b", usage), Some((0.000_000_6, "USD".into())));
    }

    #[test]
    fn what_is_no_price_is_refused_and_named() {
        for wrong in
            ["gpt", "a=1", "a=1/x", "=1/2", "a=1/-2", "a=1/2/3/4", "a=1/2 dollars", "a=1/2 $", "a=1/inf", "a=1/2, b"]
        {
            let error = wrong.parse::<Prices>().unwrap_err();
            assert!(error.contains("is not") && error.contains("4.1*=2/8/0.5"), "{wrong}: {error}");
        }
        assert!("*****=1/1".parse::<Prices>().is_err());
    }
}
