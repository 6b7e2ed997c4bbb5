import { type Shape, place } from './secret-shape'

/** Between a program and its option; a line may go on after a backslash. */
const SAME_COMMAND = '(?:[^\\n|;&]|\\\\\\n)*'
const option = (programs: string, start: string, rest: string): Shape => place(start, rest, new RegExp(`\\b(?:${programs})\\b${SAME_COMMAND}$`))

/** No variable, placeholder, port or other option. */
const CHARACTER = `(?:[^'"\\n\\\\]|\\\\(?!\\\\*['"]))`
const QUOTE = `\\\\{0,15}['"]`
const VALUE = `(?!\\d{1,5}(?:\\s|:|$))(?![$<{-])(?:${QUOTE})?((?<=['"])${CHARACTER}{1,256}|[^\\s'"\\\\]{1,256})`
const USER_AND_PASSWORD = `[ =]?(?:${QUOTE})?[^\\s:'"]{0,128}:(?![$<{])((?<=['"][^\\s:'"]{0,128}:)${CHARACTER}{1,256}|[^\\s'"\\\\]{1,256})`
const COOKIE = `(?:${QUOTE})?[\\w.-]{1,64}=((?=[^;\\s'"]{0,64}\\d)[^;\\s'"]{16,4096})`
const WITH_PASSWORD =
  'mysql|mysqldump|mysqladmin|mariadb|sshpass|docker login|podman login|mongosh?|mongo(?:dump|restore|import|export)|twine upload|az login|helm registry login'
/** To a program that reads a password. */
const PIPED = `(?:${QUOTE})? {0,4}\\|(?:[^\\n|]{0,80}--?(?:password|pass|with-token|passphrase)| {0,4}(?:docker secret create|gh secret set|(?:sudo )?chpasswd))`

/** Secrets that programs are told on the command line, by options that do not say so. */
export const OPTIONS: readonly Shape[] = [
  ...[' -u', ' -U', '-user'].map((start) => option('curl', start, USER_AND_PASSWORD)),
  ...['-b ', '-cookie '].map((start) => option('curl', start, COOKIE)),
  option(WITH_PASSWORD, ' -p', ` ?${VALUE}`),
  option('htpasswd', ' -b ', `\\S{1,256} \\S{1,128} ${VALUE}`),
  ...['add_user ', 'change_password '].map((start) => option('rabbitmqctl', start, `\\S{1,128} ${VALUE}`)),
  option('redis-cli', '-a ', VALUE),
  option('ssh-keygen', ' -N ', VALUE),
  option('ldap(?:search|add|modify|delete|whoami|passwd)', ' -w ', VALUE),
  option('openssl enc', ' -k ', VALUE),
  option('(?:un)?zip', '-P ', VALUE),
  place('-pass', `(?:in|out)? pass:${VALUE}`),
  place('http-basic.', `[\\w.-]{1,64} [^\\s'"]{1,128} ${VALUE}`),
  place('ConvertTo-SecureString ', `(?:-String )?${QUOTE}(${CHARACTER}{1,256})`),
  ...['echo ', 'printf '].map((start) => place(start, `(?:${QUOTE})?((?=[^\\s'"|]{0,64}\\d)[^\\s'"|$\`<>\\\\]{8,256})(?=${PIPED})`)),
]
