import { realClock } from "gantry/sdk/kit/clock";
import { fakeClock } from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";

describe("a fake clock", () => {
  it("stands still until it is moved", async () => {
    const clock = fakeClock({ now: 1_000 });
    const heard: string[] = [];
    clock.after(20, () => heard.push("twenty"));
    clock.after(10, () => heard.push("ten"));
    clock.after(10, () => heard.push("ten again"));
    expect([clock.now(), clock.elapsed(), clock.timers]).toEqual([1_000, 0, 3]);
    await clock.advance(9);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(heard).toEqual(["ten", "ten again"]);
    await clock.advance(100);
    expect(heard).toEqual(["ten", "ten again", "twenty"]);
    expect([clock.now(), clock.elapsed(), clock.timers]).toEqual([1_110, 110, 0]);
  });

  it("calls each timer at its time, and those that it sets in turn", async () => {
    const clock = fakeClock({ now: 0 });
    const times: number[] = [];
    const work = (async () => {
      for (let round = 0; round < 3; round++) {
        await clock.sleep(10);
        times.push(clock.now());
      }
    })();
    await clock.advance(35);
    await work;
    expect(times).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it("calls nobody who has called it off", async () => {
    const clock = fakeClock();
    let isCalled = false;
    clock.after(1, () => {
      isCalled = true;
    })();
    await clock.advance(10);
    expect(isCalled).toBe(false);
  });

  it("goes on to the next timer, and says how long that was", () => {
    const clock = fakeClock();
    clock.after(70, () => {});
    clock.after(30, () => {});
    expect([clock.next(), clock.next()]).toEqual([30, 40]);
    expect(() => clock.next()).toThrow("no timer is set");
  });

  it("calls late what came due while the program was busy, and never goes back", () => {
    const clock = fakeClock({ now: 0 });
    let at = 0;
    clock.after(10, () => {
      at = clock.now();
    });
    clock.pass(50);
    expect(at).toBe(0);
    expect(clock.next()).toBe(0);
    expect(at).toBe(50);
  });

  it("has the chance that it is given", () => {
    expect(fakeClock({ random: () => 0.25 }).random()).toBe(0.25);
  });
});

describe.each([
  ["fake", fakeClock()],
  ["real", realClock],
])("a %s sleep", (_, clock) => {
  it("ends when its signal fires, and leaves no listener and no timer", async () => {
    const stop = new AbortController();
    const sleeping = clock.sleep(60_000, stop.signal);
    stop.abort();
    await sleeping;
    expect("timers" in clock ? clock.timers : 0).toBe(0);
  });

  it("does not begin when its signal has fired", async () => {
    await clock.sleep(60_000, AbortSignal.abort());
  });
});

describe("the real clock", () => {
  it("tells time, and calls after a while", async () => {
    const before = realClock.elapsed();
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(1_000);
    await realClock.sleep(2);
    expect(realClock.elapsed() - before).toBeGreaterThan(1);
    expect(realClock.random()).toBeLessThan(1);
  });
});
