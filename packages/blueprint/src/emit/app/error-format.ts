import type { ErrorConvention, StatusConvention } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { attributeName } from '../names'
import { pythonModule } from './module'
import { lines, quoted } from './python'

/** `app/schemas/error.py`: the one shape of every error. */
export function errorFormatFile(errors: ErrorConvention, statusCodes: StatusConvention): ProjectFile {
  const problem = errors.format === 'problem' || errors.fields.length === 0
  const blocks = [
    lines(
      '# Status of answers to invalid input.',
      `VALIDATION_STATUS = ${statusCodes.validation}`,
      `ERROR_MEDIA_TYPE = "application/${problem ? 'problem+json' : 'json'}"`,
    ),
    FIELD_ERROR,
    ...(problem ? [ERROR_ITEM, PROBLEM] : [customError(errors)]),
    render(errors, problem),
  ]
  return { path: 'app/schemas/error.py', content: pythonModule(problem ? 'The format of errors: RFC 9457.' : 'The format of errors.', blocks) }
}

const FIELD_ERROR = `@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field."""

    field: str
    message: str
    loc: Sequence[str] = ()
    code: str = "invalid"`

const ERROR_ITEM = `class ErrorItem(BaseModel):
    """What is wrong with one field."""

    loc: list[str]
    field: str
    message: str
    code: str`

const PROBLEM = `class ErrorRead(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ErrorItem]`

type Meaning = ErrorConvention['fields'][number]['meaning']

const TYPES: Record<Meaning, string> = {
  message: 'str',
  code: 'str',
  'field-errors': 'dict[str, list[str]]',
  details: 'list[str]',
  'request-id': 'str',
  status: 'int',
}

function customError({ fields }: ErrorConvention): string {
  return lines(
    'class ErrorRead(BaseModel):',
    '    """Why a request failed."""',
    '',
    ...fields.map(({ name, meaning }) => {
      const attribute = attributeName({ name })
      return `    ${attribute}: ${TYPES[meaning]}${attribute === name ? '' : ` = Field(serialization_alias=${quoted(name)})`}`
    }),
  )
}

function render({ codeCase, fields }: ErrorConvention, problem: boolean): string {
  const code = codeCase === 'lower' ? 'code.lower()' : 'code'
  const values: Record<Meaning, string> = {
    message: 'message',
    code,
    'field-errors': 'field_errors',
    details: '[error.message for error in errors]',
    'request-id': 'getattr(request.state, "request_id", "")',
    status: 'status',
  }
  const content = problem
    ? [
        '            "type": "about:blank",',
        '            "title": HTTPStatus(status).phrase,',
        '            "status": status,',
        '            "detail": message,',
        '            "instance": request.url.path,',
        `            "code": ${code},`,
        '            "request_id": getattr(request.state, "request_id", ""),',
        '            "errors": [',
        '                {"loc": list(error.loc), "field": error.field, "message": error.message, "code": error.code}',
        '                for error in errors',
        '            ],',
      ]
    : fields.map(({ name, meaning }) => `            ${quoted(name)}: ${values[meaning]},`)
  const grouped = !problem && fields.some(({ meaning }) => meaning === 'field-errors')
  return lines(
    'def render_error(',
    '    request: Request,',
    '    *,',
    '    status: int,',
    '    code: str,',
    '    message: str,',
    '    errors: Sequence[FieldError],',
    '    headers: Mapping[str, str],',
    ') -> Response:',
    '    """Answer with an error."""',
    grouped && '    field_errors: dict[str, list[str]] = {}',
    grouped && '    for error in errors:',
    grouped && '        field_errors.setdefault(error.field, []).append(error.message)',
    '    return JSONResponse(',
    '        {',
    ...content,
    '        },',
    '        status_code=status,',
    '        headers=dict(headers),',
    '        media_type=ERROR_MEDIA_TYPE,',
    '    )',
  )
}
