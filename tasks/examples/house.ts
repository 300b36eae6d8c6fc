// A house to try the thermostat on: cold outside, two rooms, and a heating that somebody has to switch
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { code, z } from "ultravisor";

export default code({
  description: "A simulated house: GET /temperature (five minutes pass in it with each), PUT /heating { on }",
  input: z.object({ port: z.int().default(8300), outside: z.number().default(5), start: z.number().default(17) }),
  timeout: "1d",
  async run({ input, log, signal }) {
    const rooms = { kitchen: input.start + 1, bedroom: input.start - 1 };
    let heating = false;
    const pass = (room: keyof typeof rooms) => {
      rooms[room] += (heating ? 0.25 : 0) - 0.008 * (rooms[room] - input.outside);
    };
    const house = createServer(async (request, response) => {
      if (request.method === "PUT" && request.url === "/heating") {
        heating = z.object({ on: z.boolean() }).parse(await json(request)).on;
        log("the heating is", heating ? "on" : "off");
      } else for (const room of ["kitchen", "bedroom"] as const) pass(room);
      const answer = { rooms, average: (rooms.kitchen + rooms.bedroom) / 2, heating };
      response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    });
    await once(house.listen(input.port, "127.0.0.1"), "listening");
    log("the house is at", `http://127.0.0.1:${input.port}`);
    await once(signal, "abort");
    house.closeAllConnections();
    house.close();
  },
});
