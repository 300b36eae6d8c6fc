import { describe, expect, it } from "vitest";
import { add, judged, playwrightTotals, vitestTotals } from "../../../scripts/test/totals.ts";

describe("The totals of npm test", () => {
  it("count Vitest's tests", () => {
    const testResults = [{ status: "failed", assertionResults: [{}, {}] }];
    expect(vitestTotals({ numPassedTests: 7, numFailedTests: 2, testResults })).toEqual({ passed: 7, failed: 2 });
  });

  it("count a test file that could not be loaded as one failure", () => {
    const testResults = [{ status: "failed", assertionResults: [] }];
    expect(vitestTotals({ numPassedTests: 7, numFailedTests: 0, testResults })).toEqual({ passed: 7, failed: 1 });
  });

  it("count a Playwright test that passed at its second try as passed", () => {
    expect(playwrightTotals({ stats: { expected: 3, unexpected: 1, flaky: 1 } })).toEqual({ passed: 4, failed: 1 });
  });

  it("call a runner that ran nothing failed", () => {
    expect(judged({ passed: 0, failed: 0 }, 0)).toEqual({ passed: 0, failed: 1 });
  });

  it("call a bad end that no test explains failed", () => {
    expect(judged({ passed: 5, failed: 0 }, 1)).toEqual({ passed: 5, failed: 1 });
    expect(judged({ passed: 5, failed: 2 }, 1)).toEqual({ passed: 5, failed: 2 });
  });

  it("add up", () => {
    expect(add({ passed: 1, failed: 2 }, { passed: 3, failed: 4 })).toEqual({ passed: 4, failed: 6 });
  });
});
