export { globbyStream } from "globby";
