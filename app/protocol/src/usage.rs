//! What answers cost, in tokens and in money.

use crate::event::Usage;
use serde::{Deserialize, Serialize};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// The currency, by its three letters in ISO 4217, such as `USD`.
    pub currency: String,
    /// How much of it.
    pub amount: f64,
}

/// What all answers of a conversation cost, those of other branches and deleted ones included: they were paid for too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsageTotals {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written, reasoning included.
    pub output_tokens: u64,
    /// The money, one amount for each currency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<Cost>,
}

/// Sums are kept to billionths, so that what binary fractions add to them is not seen.
const BILLION: f64 = 1e9;

impl UsageTotals {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what one answer cost.
    pub fn add(&mut self, usage: Option<Usage>, cost: Option<&Cost>) {
        if let Some(usage) = usage {
            self.input_tokens = self.input_tokens.saturating_add(usage.input_tokens);
            self.output_tokens = self.output_tokens.saturating_add(usage.output_tokens);
        }
        let Some(cost) = cost else { return };
        match self.costs.iter_mut().find(|known| known.currency == cost.currency) {
            Some(known) => known.amount = ((known.amount + cost.amount) * BILLION).round() / BILLION,
            None => self.costs.push(cost.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_is_summed_by_itself() {
        let cost = |currency: &str, amount| Cost { currency: currency.into(), amount };
        let usage = Usage { input_tokens: 2, cached_input_tokens: 1, output_tokens: 3 };
        let mut totals = UsageTotals::default();
        assert!(totals.is_empty());
        totals.add(Some(usage), Some(&cost("USD", 0.1)));
        totals.add(Some(usage), Some(&cost("EUR", 1.0)));
        totals.add(None, Some(&cost("USD", 0.2)));
        assert_eq!((totals.input_tokens, totals.output_tokens), (4, 6));
        assert_eq!(totals.costs, [cost("USD", 0.3), cost("EUR", 1.0)]);
    }
}
