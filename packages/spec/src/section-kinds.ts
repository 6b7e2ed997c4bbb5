// What a heading says its section is about.

export type SectionKind =
  | 'fields'
  | 'endpoints'
  | 'rules'
  | 'validation'
  | 'relations'
  | 'filters'
  | 'sorting'
  | 'pagination'
  | 'auth'
  | 'errors'
  | 'models'
  | 'roles'
  | 'enums'
  | 'seeds'
  | 'stack'
  | 'workflow'
  | 'features'
  | 'request'
  | 'response'
  | 'noise'
  | 'unknown'

// First match wins: exact words before loose ones.
const SYNONYMS: [SectionKind, RegExp][] = [
  [
    'fields',
    /^((data|model|entity|table|object|db|database|main|key) )?(fields?|attributes?|propert(y|ies)|columns?)\b|^schema$|^(campos|felder|champs|字段)$/,
  ],
  ['filters', /^filter|^filtering|query param|^search( parameters)?$|^(filters|filtering).*(sort|search)|^parameters$|^(filtros|筛选)/],
  ['sorting', /^sort|^ordering|^(orden)/],
  ['pagination', /paginat|^paging|^(paginaci)/],
  ['request', /^(request|input|payload)( (body|fields|payload|schema|example))?( \(.*\))?$|^body$|^(example )?request/],
  ['response', /^(success |error |example )?respon(se|ses)\b|^returns$|^output$/],
  ['validation', /validation|^validations|^input constraints|^(validaci)/],
  ['seeds', /\bseed|sample data|initial data|fixture|default users|test users/],
  ['errors', /\berrors?\b|status codes?|error handling|^(errores)/],
  ['workflow', /workflow|journey|user stor|use case|user flow|user scenario/],
  ['stack', /\bstack\b|technolog|\btech\b|framework|^(tecnolog)/],
  [
    'noise',
    /\b(test|tests|testing|screens?|screen structure|ui|ux|user interface|front-?end|design system|design principles|priorit(y|ies)|success criteria|project structure|directory|folder|file structure|deployment|deploy|non-goals|out of scope|in scope|roadmap|future|milestones?|deliverables|getting started|installation|documentation|performance|non-functional|monitoring|logging|implementation (order|plan|steps|priority)|development|environment|docker|code quality|overview|introduction|summary|purpose|goals?|background|glossary|color palette|theme|layout|pages|wireframes?|project goals|configuration|acceptance criteria|requirements? overview|changelog)\b/,
  ],
  ['auth', /authenticat|^auth\b|^auth |identity|^security|^(autenticaci)/],
  [
    'rules',
    /\brules?\b|business logic|\blogic\b|\bconstraints?\b|polic(y|ies)|invariant|permission|access control|authorization|^(reglas|restricciones|regeln|règles|规则)/,
  ],
  ['relations', /relation|associations?|^(relaciones)/],
  ['roles', /^(user )?roles?\b|^actors$|^(roles)/],
  ['enums', /\benum|^supported |allowed values|^(status|state|type)e?s?( values)?$|^lookup/],
  [
    'endpoints',
    /endpoints?|\broutes?\b|^api$|^rest(ful)? api|^http api|api (design|reference|surface|methods|operations|calls)|^operations$|^urls?$|^(rutas|endpunkte|接口)/,
  ],
  [
    'models',
    /\bmodels?\b|entit(y|ies)|\bresources?\b|data ?model|schemas?|\btables?\b|database|domain|data structures?|\bobjects\b|^data$|^(modelos|entidades|tablas|datenmodell|modèles|数据模型)/,
  ],
  ['features', /features?|functional|functionality|capabilit|requirements|scope|modules/],
]

/** By the words of the heading; `unknown` when none of them tells. */
export function kindOf(title: string): SectionKind {
  const text = title
    .toLowerCase()
    .replace(/[:*_`]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (text.length > 80) return 'unknown'
  for (const [kind, pattern] of SYNONYMS) {
    if (pattern.test(text)) return kind
  }
  return 'unknown'
}
