/** Whether the process that wrote something is still there. */

/** @param butNotThis a file of this process's number that it knows nothing of was written by an earlier process of that number */
export function isAlive(pid: number, butNotThis = false): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || (butNotThis && pid === process.pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
