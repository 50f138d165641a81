// Takes the pictures of the documentation; run by scripts/screenshots.sh.
import tests from "./playwright.config";

export default { ...tests, testDir: "screenshots", reporter: "line", retries: 0 };
