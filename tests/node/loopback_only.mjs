// Loaded before every script of the tests: Node programs, too, may reach this machine only.
import net from "node:net";

const LOCAL = /^(localhost|.+\.localhost|127(\.\d+){3}|::1|\[::1\])$/i;
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host = options?.host ?? (typeof args[1] === "string" ? args[1] : undefined);
  const path = options?.path ?? undefined;
  if (host !== undefined && path === undefined && !LOCAL.test(host)) {
    console.error(`a test tried to reach ${host}: tests talk to this machine only`);
    process.exit(97);
  }
  return connect.apply(this, args);
};
