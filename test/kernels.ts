import { defineTool, type ToolInput, z } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";

/** A test kernel that is closed with the test, which fails if a plugin left something behind. */
export async function kernelWith(options: TestKernelOptions): Promise<TestKernel> {
  const kernel = await createTestKernel(options);
  onTestFinished(() => kernel.close());
  return kernel;
}

/** A tool `Look` that only reads, and says what it is told to say. */
export function looking(says: (input: { path?: string }) => string = () => "x", input: ToolInput = z.object({})) {
  return defineTool({ name: "Look", description: "", input, traits: { readOnly: true }, run: says as never });
}

/** The input of a `Look` that wants a path. */
export const pathInput = z.object({ path: z.string() });
