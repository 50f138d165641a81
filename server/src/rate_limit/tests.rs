use super::*;
use serde_json::Value;
use std::path::PathBuf;

fn limiter(quota: &str) -> RateLimiter {
    RateLimiter::new(quota.parse().unwrap())
}

fn client(number: u32) -> Client {
    Client::new(std::net::Ipv4Addr::from_bits(number).into())
}

const ONE: u32 = 1;
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn all_may_be_taken_at_once_and_come_back_one_by_one() {
    let (limiter, start, me) = (limiter("3/30s"), Instant::now(), client(1));
    for (remaining, reset) in [(2, 10), (1, 20), (0, 30)] {
        let standing = limiter.take(me, ONE, start).unwrap();
        assert_eq!(standing, Standing { remaining, next: 10 * SECOND, reset: reset * SECOND });
    }
    let refused = limiter.take(me, ONE, start + 4 * SECOND).unwrap_err();
    assert_eq!(refused.retry_after, Some(6 * SECOND));
    assert_eq!(refused.standing, Standing { remaining: 0, next: 6 * SECOND, reset: 26 * SECOND });
    assert_eq!(limiter.take(client(2), ONE, start).unwrap().remaining, 2, "others are not concerned");
    assert_eq!(limiter.take(me, ONE, start + 10 * SECOND).unwrap().remaining, 0);
    assert!(limiter.take(me, ONE, start + 19 * SECOND).is_err(), "a refusal costs nothing, but gives nothing either");
    let full = Standing { remaining: 3, next: Duration::ZERO, reset: Duration::ZERO };
    assert_eq!(limiter.standing(me, start + 3600 * SECOND), full, "no more is saved up than the quota");
}

#[test]
fn more_than_can_be_saved_up_is_never_worth_waiting_for() {
    let (limiter, now) = (limiter("3/30s"), Instant::now());
    assert_eq!(limiter.take(client(1), 4, now).unwrap_err().retry_after, None);
    assert_eq!(limiter.take(client(1), 3, now).unwrap().remaining, 0);
}

#[test]
fn what_never_began_is_given_back() {
    let (limiter, now) = (limiter("1/h"), Instant::now());
    limiter.take(client(1), ONE, now).unwrap();
    limiter.give_back(client(1));
    assert_eq!(limiter.take(client(1), ONE, now).unwrap().remaining, 0);
    assert!(limiter.take(client(1), ONE, now).is_err());
}

#[test]
fn a_quota_that_does_not_divide_evenly_is_still_whole() {
    let (limiter, now) = (limiter("7/min"), Instant::now());
    let remaining: Vec<_> = (0..7).map(|_| limiter.take(client(1), ONE, now).unwrap().remaining).collect();
    assert_eq!(remaining, [6, 5, 4, 3, 2, 1, 0]);
    assert!(limiter.take(client(1), ONE, now).is_err());
}

#[test]
fn clients_are_forgotten_once_they_have_everything_back() {
    let (limiter, now) = (limiter("1/s"), Instant::now());
    for number in 0..500 {
        limiter.take(client(number), ONE, now).unwrap();
    }
    limiter.forget_idle(now + SECOND / 2);
    assert_eq!(limiter.clients().full_at.len(), 500);
    limiter.forget_idle(now + 2 * SECOND);
    assert_eq!(limiter.clients().full_at.len(), 0);
    assert!(limiter.clients().full_at.capacity() < 100);
    // Without anybody asking for it, too, when many come.
    for number in 0..FEW_CLIENTS as u32 + 1 {
        limiter.take(client(number), ONE, now + 3 * number * SECOND).unwrap();
    }
    assert!(limiter.clients().full_at.len() < 10);
}

#[test]
fn the_memory_for_clients_is_bounded_and_the_busiest_stay() {
    let (limiter, now) = (limiter("5/h"), Instant::now());
    let busiest = client(u32::MAX);
    for _ in 0..5 {
        limiter.take(busiest, ONE, now).unwrap();
    }
    for number in 0..3 * MOST_CLIENTS as u32 {
        // Each a little later than the one before, and then all at one moment.
        let moment = if number < MOST_CLIENTS as u32 { now + Duration::from_nanos(number.into()) } else { now };
        limiter.take(client(number), ONE, moment).unwrap();
        assert!(limiter.clients().full_at.len() <= MOST_CLIENTS);
    }
    assert!(limiter.take(busiest, ONE, now).is_err());
}

/// The vectors of the conformance folder named by `RIVULET_CONFORMANCE`.
#[test]
fn the_recorded_vectors_are_reproduced() {
    #[expect(clippy::disallowed_methods, reason = "a test finds its data by the environment")]
    let Ok(folder) = std::env::var("RIVULET_CONFORMANCE") else {
        println!("RIVULET_CONFORMANCE is not set: nothing to check");
        return;
    };
    let file = std::fs::read(PathBuf::from(folder).join("gcra_vectors.json")).unwrap();
    let vectors: Value = serde_json::from_slice(&file).unwrap();
    let limit = vectors["quota"]["limit"].as_u64().unwrap();
    let seconds = limit / vectors["quota"]["rate_per_sec"].as_u64().unwrap();
    let (limiter, start) = (limiter(&format!("{limit}/{seconds}s")), Instant::now());
    let milliseconds = |duration: Duration| i64::try_from(duration.as_millis()).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    for (index, case) in cases.iter().enumerate() {
        let number = |name: &str| case[name].as_i64().unwrap();
        let now = start + Duration::from_millis(number("now_ms") as u64);
        let taken = limiter.take(client(1), number("volume") as u32, now);
        let limited = taken.is_err();
        let (standing, retry_after) = match taken {
            Ok(standing) => (standing, None),
            Err(refused) => (refused.standing, refused.retry_after),
        };
        let ours = (
            limited,
            i64::from(standing.remaining),
            milliseconds(standing.reset),
            retry_after.map_or(-1, milliseconds),
        );
        let limited = case["limited"].as_bool().unwrap();
        let theirs = (limited, number("remaining"), number("reset_after_ms"), number("retry_after_ms"));
        assert_eq!(ours, theirs, "case {index}");
    }
    println!("{} vectors", cases.len());
    assert!(cases.len() >= 16);
}

#[test]
fn the_recorded_addresses_count_as_the_recorded_clients() {
    #[expect(clippy::disallowed_methods, reason = "a test finds its data by the environment")]
    let Ok(folder) = std::env::var("RIVULET_CONFORMANCE") else { return };
    let file = std::fs::read(PathBuf::from(folder).join("ratelimit_headers.json")).unwrap();
    let vectors: Value = serde_json::from_slice(&file).unwrap();
    let cases = vectors["client_identity_vectors"]["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let (address, theirs) = (case[0].as_str().unwrap(), case[1].as_str().unwrap());
        // One of the recorded addresses has zeros in front that Rust does not read.
        assert_eq!(Client::new(address.parse().unwrap()).to_string(), theirs, "{address}");
    }
}
