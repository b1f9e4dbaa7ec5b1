// The parts of an http URL.

const SCHEME: string = "http://";
const DEFAULT_PORT: i32 = 80;

export class Url {
  host: string = "";
  port: i32 = DEFAULT_PORT;
  path: string = "/";

  /** Host and port as the Host field names them. */
  get authority(): string {
    return this.port == DEFAULT_PORT ? this.host : `${this.host}:${this.port}`;
  }

  /** The path's last part, without a query; "" when it ends with a slash. */
  get fileName(): string {
    const query = this.path.indexOf("?");
    const path = query < 0 ? this.path : this.path.substring(0, query);
    return path.substring(path.lastIndexOf("/") + 1);
  }
}

/** Whether every character may stand in a request line. */
function isClean(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c <= 0x20 || c >= 0x7f) return false;
  }
  return true;
}

/** Takes an URL apart. → null: it is none that wget can fetch */
export function parseUrl(text: string): Url | null {
  if (!text.startsWith(SCHEME) || !isClean(text)) return null;
  const rest = text.substring(SCHEME.length);
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.substring(0, slash);
  const url = new Url();
  if (slash >= 0) url.path = rest.substring(slash);
  const colon = authority.indexOf(":");
  url.host = colon < 0 ? authority : authority.substring(0, colon);
  if (colon >= 0) {
    const port = authority.substring(colon + 1);
    url.port = port.length && port.length < 6 ? <i32>I32.parseInt(port, 10) : 0;
    if (url.port.toString() != port) return null;
  }
  return url.host.length && url.port > 0 && url.port <= 65535 ? url : null;
}
