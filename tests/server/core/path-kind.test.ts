import { expect, test } from "vitest";
import { type PathKind, pathKind } from "../../../apps/server/core/path-kind.ts";

const PATHS: Readonly<Record<PathKind, readonly string[]>> = {
  page: "/ /a /a.html /a.php /about.php5 /v1.2 /package/socket.io /wiki/ASP.NET /man/tar.1 /a.js/ /.net".split(" "),
  file: [
    ..."/a.pdf /A.ZIP /img/a.jpg /a.tar.gz /sources/index.rst.txt /feed.rss /wiki.png /package/a/b.zip".split(" "),
    ..."/packages/tool-1.2.zip /Packages/a_1.rpm /packages/x/tool.zip /setup.exe /data.csv".split(" "),
  ],
  either: [
    ..."/wiki/Node.js /docs/setup.sh /api/system.xml /packages/Newtonsoft.Json /README.md /a.PY".split(" "),
    ..."/wiki/Cmd.exe /w/index.php/Robots.txt /w/File:Tea.jpg /File%3ATea.jpg /x/blob/main/logo.png".split(" "),
    ..."/package/adm.zip /package/@a/b.zip /packages/Aspose.PDF /me/it/src/branch/main/a.pdf".split(" "),
  ],
};

test.each(Object.entries(PATHS).flatMap(([kind, paths]) => paths.map((path) => [path, kind])))(
  "%s is named like a %s",
  (path, kind) => {
    expect(pathKind(path)).toBe(kind);
  },
);
