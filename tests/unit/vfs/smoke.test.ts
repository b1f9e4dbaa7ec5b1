import { expect, test } from "vitest";
import { VfsClient } from "./client.ts";
import { checkArena } from "./arena_check.ts";
test("smoke", () => {
  const v = new VfsClient();
  expect(v.startStatus).toBe(0);
  expect(v.mkdir("/tmp/a")).toBe(0);
  expect(v.put("/tmp/a/f", "hello")).toBe(0);
  expect(v.get("/tmp/a/f").toString()).toBe("hello");
  expect(v.list("/tmp/a")).toEqual(["f"]);
  expect(v.list("/")).toEqual(["dev","tmp"]);
  console.log(checkArena(v.service.memory), v.stat("//tmp/./a/../a/f"));
});
