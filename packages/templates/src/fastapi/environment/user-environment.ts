/** The user's environment (proxies, certificates, pip and uv settings) without what would change which Python code runs. */
export function userEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(PYTHON|VIRTUAL_ENV|CONDA_|__PYVENV)/.test(entry[0]),
  )
  return { ...Object.fromEntries(kept), ...extra }
}
