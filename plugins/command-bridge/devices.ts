/** Who may speak: whoever knows the token, and devices that have shown it once. */
import type { IncomingHttpHeaders } from "node:http";
import { bearerOf, isSameSecret, newSecret } from "gantry/sdk/kit/local-server";

const MOST = 32;

export interface Devices {
  readonly token: string;
  /** The token for a cookie and a key; `undefined` when it is wrong. */
  enter(token: string, isSecure: boolean): { readonly cookie: string; readonly key: string } | undefined;
  knows(headers: IncomingHttpHeaders): boolean;
  leave(headers: IncomingHttpHeaders): void;
}

interface Device {
  readonly cookie: string;
  readonly key: string;
}

export function createDevices(port: number): Devices {
  const token = newSecret();
  const devices: Device[] = [];
  const name = `gantry_bridge_${port}`;

  return {
    token,
    enter(given, isSecure) {
      if (!isSameSecret(given, token)) return undefined;
      const device = { cookie: newSecret(), key: newSecret() };
      devices.push(device);
      if (devices.length > MOST) devices.shift();
      const flags = `Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
      return { cookie: `${name}=${device.cookie}; ${flags}`, key: device.key };
    },
    knows: (headers) => isSameSecret(bearerOf(headers), token) || find(headers) !== undefined,
    leave(headers) {
      const device = find(headers);
      if (device) devices.splice(devices.indexOf(device), 1);
    },
  };

  /** A browser sends a cookie of this machine to every port of it, so a cookie alone is worth nothing: the page has the other half. */
  function find(headers: IncomingHttpHeaders): Device | undefined {
    const [cookie, key] = [cookieOf(headers, name), String(headers["x-bridge-key"] ?? "")];
    return devices.find((one) => {
      const isCookie = isSameSecret(one.cookie, cookie);
      return isSameSecret(one.key, key) && isCookie;
    });
  }
}

function cookieOf({ cookie = "" }: IncomingHttpHeaders, name: string): string {
  const pair = cookie.split(/;\s*/).find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? "";
}
