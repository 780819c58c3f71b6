import { describe, expect, test } from "vitest";
import { dateOf, isClock, ordersOf, passed } from "../../../src/data/tables/dates.ts";

describe("dateOf", () => {
  // pandas.Timestamp(…) − 1970-01-01, in days
  test.each([
    ["1970-01-01", 0],
    ["2021-01-31", 18658],
    ["2021/1/31", 18658],
    ["31.1.2021", 18658],
    ["2000-02-29", 11016],
    ["1899-12-31", -25568],
    ["2021-01", 18628],
    ["2021-01-31T12:00:00Z", 18658.5],
    ["2021-01-31 18:00:00.5", 18658.75000578704],
    ["2021-01-31T00:00:00+02:00", 18657.916666666668],
    ["2021-01-31 6:00 PM", 18658.75],
    ["31 January 2021", 18658],
    ["31-Jan-2021", 18658],
    ["Jan 31, 2021", 18658],
    ["06:00", 0.25],
    ["23:59:59", 0.9999884259259259],
    ["12:30 am", 0.020833333333333332],
  ])("%s", (cell, days) => expect(dateOf(cell)).toBeCloseTo(days, 9));

  test("the order decides 3/4/2021", () => {
    expect(dateOf("3/4/2021", "dmy")).toBe(18720); // 3 April
    expect(dateOf("3/4/2021", "mdy")).toBe(18690); // 4 March
    expect(dateOf("3/4/2021")).toBeUndefined();
    expect(ordersOf("3/4/2021")).toEqual(["dmy", "mdy"]);
    expect(ordersOf("13/4/2021")).toEqual(["dmy"]);
    expect(ordersOf("4/13/2021")).toEqual(["mdy"]);
    expect(ordersOf("13.4.2021")).toBeUndefined();
  });

  test.each([
    ...["2021-02-29", "2021-13-01", "2021-00-10", "2021-04-31", "31.4.2021", "25:00", "12:60", "13:00 pm"],
    ...["20210131", "2021", "12", "", "a", "2021-01-31x", "1.2.3", "31 Foo 2021", "2021-01-31T25:00", "0:0"],
  ])("%s is none", (cell) => expect(dateOf(cell, "dmy")).toBeUndefined());

  // where it was the square, each would take minutes: more than a test has
  test("in time linear in the cell", () => {
    for (const long of ["1".repeat(1e6), "2021-01-31 ".repeat(1e5), `Jan${" ".repeat(1e6)}1`])
      expect(dateOf(long, "dmy")).toBeUndefined();
  });
});

test("how much of a year, week and day has passed", () => {
  expect(passed(dateOf("2021-01-01")!, "year")).toBe(0);
  expect(passed(dateOf("2020-12-31")!, "year")).toBeCloseTo(365 / 366, 12);
  expect(passed(dateOf("2021-01-04")!, "week")).toBe(0); // a Monday
  expect(passed(dateOf("2021-01-31")!, "week")).toBeCloseTo(6 / 7, 12);
  expect(passed(dateOf("1969-12-28 12:00")!, "week")).toBeCloseTo(6.5 / 7, 12);
  expect(passed(dateOf("1969-12-31 06:00")!, "day")).toBeCloseTo(0.25, 12);
  expect(isClock("6:00")).toBe(true);
  expect(isClock("2021-01-01 6:00")).toBe(false);
});
