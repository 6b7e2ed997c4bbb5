// The parts that rows and the run agree on. Types only.

/**
 * @typedef {object} Outcome
 * @property {string[]} [findings] what is wrong, one sentence each; empty or absent: the row holds
 * @property {string} [figure] what was measured, for the table of figures
 * @property {string} [notRun] why nothing was checked; never a pass
 *
 * @typedef {object} Row a row of the acceptance contract, checked for each specification
 * @property {string} id number of the row
 * @property {string} title
 * @property {'files' | 'clone' | 'server'} needs what must work before it can be checked at all
 * @property {boolean} [slow] left out with --fast
 * @property {(subject: Subject) => Promise<Outcome>} check
 *
 * @typedef {object} RunRow a row that is checked once, whatever the specifications
 * @property {string} id
 * @property {string} title
 * @property {'run'} needs
 * @property {boolean} [slow]
 * @property {(bench: Bench) => Promise<Outcome>} check
 *
 * @typedef {object} Bench what all specifications share
 * @property {string} root folder of the repository
 * @property {string} folder the run's own; gone at its end
 * @property {string} size name of the size preset
 * @property {(args: string[], options?: object) => Promise<Ran>} forge runs the `forge` command
 * @property {typeof import('./processes.mjs').run} run
 * @property {{ create(name: string, template?: string): Promise<string>, drop(url: string): Promise<unknown> }} cluster
 * @property {() => Promise<import('./tools.mjs').Tools>} tools Python programs of the acceptance run
 *
 * @typedef {object} Subject one specification and what was made of it
 * @property {string} name
 * @property {string} specFile
 * @property {import('@forge/spec').ApiSpec} spec as the reader understood it
 * @property {Bench} bench
 * @property {string} folder for whatever the rows of this subject write
 * @property {string} projectDir made and proven by `forge generate`
 * @property {{ code: number | null, seconds: number, written: number, features: Feature[], cases: number, tokens: number, output: string, events: any[] }} built
 *   what `forge generate` said; `written`: seconds until the proof began
 * @property {() => Promise<Clone>} clone a fresh clone, set up by its own init.sh
 * @property {(name: string) => Promise<string>} database URL of a fresh, migrated database
 * @property {(env?: Record<string, string>) => Promise<Server>} serve the clone's application on a fresh database
 * @property {() => Promise<Server>} server one for rows that mostly read
 * @property {() => any} openapi the project's openapi.json
 * @property {() => any[]} features the project's feature_list.json
 * @property {typeof import('./processes.mjs').run} run
 *
 * @typedef {{ id: number, description: string, cases: number, proven: boolean, reason: string | null, leftForModel: string | null }} Feature
 * @typedef {{ dir: string, python: string, databaseUrl: string, seconds: number, output: string }} Clone
 * @typedef {{ url: string, databaseUrl: string, startSeconds: number, logs(): string, stop(): Promise<void> }} Server
 * @typedef {{ code: number | null, stdout: string, stderr: string, seconds: number }} Ran
 */

export {}
