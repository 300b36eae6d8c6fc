// Say how full a disk is. What a shell task writes to $ULTRAVISOR_OUTPUT is its output.
import { shell, z } from "ultravisor";

export default shell({
  description: "Report how full the disk of a folder is",
  input: z.object({ folder: z.string().default("/").describe("Any folder on the disk") }),
  timeout: "1m",
  command: `
    df -h "$INPUT_FOLDER"
    df -kP "$INPUT_FOLDER" | awk 'NR == 2 { sub("%", "", $5); printf "{\\"disk\\":\\"%s\\",\\"usedPercent\\":%d,\\"freeKiB\\":%d}", $1, $5, $4 }' > "$ULTRAVISOR_OUTPUT"
  `,
});
