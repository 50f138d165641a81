// Finds out what a first visit runs of the page; run by scripts/page-profile.sh.
import tests from "./playwright.config";

export default { ...tests, testDir: "profile", reporter: "line", retries: 0, workers: 1, use: { ...tests.use, trace: "off" } };
