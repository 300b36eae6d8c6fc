/** The ways out of a runner: straight, and through each proxy that a task names. */
import type { LookupFunction } from "node:net";
import { type ProxyServer, proxyName } from "../../core/proxy.ts";
import { createEgress, type Egress } from "./egress.ts";

export interface Egresses {
  /** Without proxies: straight. Of several, the next one each time. */
  of(proxies: readonly ProxyServer[]): Egress;
  close(): Promise<void>;
}

export function createEgresses(lookup: LookupFunction | undefined, straight: Egress): Egresses {
  const through = new Map<string, Egress>();
  let turn = 0;
  return {
    of(proxies) {
      const proxy = proxies[turn++ % Math.max(1, proxies.length)];
      if (!proxy) return straight;
      // Connections of one user are nobody else's.
      const key = JSON.stringify([proxyName(proxy), proxy.user, proxy.password]);
      const egress = through.get(key) ?? createEgress(lookup, proxy);
      through.set(key, egress);
      return egress;
    },
    close: async () => void (await Promise.all([straight, ...through.values()].map((egress) => egress.close()))),
  };
}
