// What does not fit on the screen.
import type { Page } from "@playwright/test";

/** What stands out of the screen, or is cut off in what it stands in. */
export async function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element | null): boolean =>
      !!element && (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) ? element !== document.body : scrolls(element.parentElement));
    const found = document.documentElement.scrollWidth > width ? ["the page"] : [];
    for (const element of document.body.querySelectorAll("*")) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest("svg, .visually-hidden")) continue;
      const { left, right } = element.getBoundingClientRect();
      const name = `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent!.slice(0, 40)}`;
      if (right > left && (left < -1 || right > width + 1) && !scrolls(element.parentElement)) found.push(`${name} at ${left} to ${right}`);
      // A button's words stand in it.
      if (element.matches("button, a.button, label") && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) found.push(`${name} is cut off`);
    }
    return found;
  });
}
