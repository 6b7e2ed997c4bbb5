// What qualifies a field in Spanish, Portuguese, French, German, Italian and Chinese, in the English words of the productions.

const WORDS: [RegExp, string][] = [
  [/\b(?:obligatori[oa]|requerid[oa]|obrigat[óo]ri[oa]|obligatoire|requis|pflichtfeld|pflicht|erforderlich|obbligatori[oa])(?!\p{L})/giu, 'required'],
  [/\b(?:opcional|facultati(?:vo|va|f)|optionnel(?:le)?|opzionale)(?!\p{L})/giu, 'optional'],
  [/\b(?:únic[oa]|unico|unica|eindeutig)(?!\p{L})/giu, 'unique'],
  [/(?<!\p{L})únic[oa](?!\p{L})/giu, 'unique'],
  [/\b(?:por defecto|por omisi[óo]n|predeterminado|padr[ãa]o|par d[ée]faut|standardwert|standard|predefinito)\b:?/giu, 'default'],
  [/\b(?:m[áa]x(?:imo)?\.?)\s+(\d+)(?:\s*caracteres)?/giu, 'max $1'],
  [/\b(?:m[íi]n(?:imo)?\.?)\s+(\d+)(?:\s*caracteres)?/giu, 'min $1'],
  [/\b(?:clave|llave|chave) primaria\b|\bcl[ée] primaire\b|\bprim[äa]rschl[üu]ssel\b/giu, 'primary key'],
  [
    /\b(?:clave|llave) for[áa]nea(?: (?:a|de))?(?!\p{L})|\bchave estrangeira(?: para)?|\bcl[ée] [ée]trang[èe]re(?: vers)?|\bfremdschl[üu]ssel(?: (?:auf|zu))?/giu,
    'foreign key to',
  ],
  [/\b(?:solo lectura|s[óo]lo lectura|lecture seule|nur lesen)\b/giu, 'read-only'],
  [/(?<!\p{L})(?:texto|cadena|zeichenkette|cha[iî]ne)(?!\p{L})/giu, 'string'],
  [/(?<!\p{L})(?:entero|inteiro|entier|ganzzahl|intero)(?!\p{L})/giu, 'integer'],
  [/(?<!\p{L})(?:booleano|bool[ée]en)(?!\p{L})/giu, 'boolean'],
  [/(?<!\p{L})(?:fecha y hora|datum und uhrzeit|date et heure)(?!\p{L})/giu, 'datetime'],
  [/(?<!\p{L})(?:fecha|datum)(?!\p{L})/giu, 'date'],
  [/必填|必须|必需|非空/gu, 'required'],
  [/可选|选填|可空|可为空/gu, 'optional'],
  [/唯一/gu, 'unique'],
  [/默认(?:值)?(?:为|是)?\s*[:：]?\s*/gu, 'default '],
  [/主键/gu, 'primary key'],
  [/外键\s*(?:→|->|关联|指向|到)?\s*/gu, 'foreign key to '],
  [/只读/gu, 'read-only'],
  [/自增/gu, 'auto increment'],
  [/枚举/gu, 'enum'],
  [/字符串/gu, 'string'],
  [/整数|整型/gu, 'integer'],
  [/布尔(?:值|型)?/gu, 'boolean'],
  [/小数|金额/gu, 'decimal'],
  [/日期时间|时间戳/gu, 'datetime'],
  [/日期/gu, 'date'],
  [/最大(?:长度)?(?:为)?\s*(\d+)/gu, 'max $1'],
  [/最小(?:长度)?(?:为)?\s*(\d+)/gu, 'min $1'],
]

/** Words of other languages are only looked for where a text may hold them. */
const FOREIGN =
  /[^\p{ASCII}]|\b(?:obligat|requerid|opcional|facultat|unic[oa]|eindeutig|por (?:defecto|omision)|par defaut|predetermin|padrao|max|min|clave|llave|chave|cle|pflicht|erforderlich|obligatoire|requis|optionnel|standard|solo lectura|texto|cadena|entero|inteiro|entier|ganzzahl|booleano|fecha|datum)/iu

/** The text with those words in English. */
export function inEnglish(text: string): string {
  if (!FOREIGN.test(text)) return text
  return WORDS.reduce((english, [pattern, word]) => english.replace(pattern, word), text)
}
