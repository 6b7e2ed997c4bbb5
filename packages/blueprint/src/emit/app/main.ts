import type { ApiSpec } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { credentialsOf } from '../../plan/credentials'
import { pythonModule } from './module'
import { lines, longText, sentenceOf, statement } from './python'

/** `app/main.py`: the application. */
export function mainFile(spec: ApiSpec): ProjectFile {
  const symbols = new Map([
    ['health', 'app.routers'],
    ['login', 'app.routers'],
    ['router', 'app.routers.v1'],
    ['seed', 'app.seed'],
  ])
  return {
    path: 'app/main.py',
    content: pythonModule(
      'The application: `uvicorn app.main:app`.',
      ['logger = logging.getLogger(__name__)', SEED_QUIETLY, LIFESPAN, createApp(spec), 'app = create_app()'],
      symbols,
    ),
  }
}

const SEED_QUIETLY = `async def seed_development(sessions: async_sessionmaker[AsyncSession]) -> None:
    """Insert what development needs; a database that is not ready yet must not keep the application from starting."""
    try:
        async with sessions() as session:
            await seed(session)
    except (OSError, SQLAlchemyError) as error:
        logger.warning("Nothing was seeded (run \`alembic upgrade head\`, then restart): %s", error)`

const LIFESPAN = `@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Hold the connections to the database while the application runs."""
    settings = get_settings()
    if settings.log_format == "json":
        log_as_json()
    engine = create_engine(settings)
    app.state.session_factory = create_session_factory(engine)
    if settings.auth_mode == "mock":
        await seed_development(app.state.session_factory)
    try:
        yield
    finally:
        await engine.dispose()`

function createApp(spec: ApiSpec): string {
  const { title, description } = spec
  return lines(
    'def create_app() -> FastAPI:',
    '    """Put the application together."""',
    '    settings = get_settings()',
    '    app = FastAPI(',
    statement(longText(sentenceOf(title).replace(/\.$/, '')), 8, 'title=', ','),
    statement(longText(sentenceOf(description === '' ? `The REST API of ${title}` : description)), 8, 'description=', ','),
    '        version="1.0.0",',
    '        servers=[',
    '            {"url": "/", "description": "Where this document comes from"},',
    '            {"url": "http://localhost:8000", "description": "Development"},',
    '        ],',
    '        lifespan=lifespan,',
    '        redirect_slashes=False,',
    '        generate_unique_id_function=operation_id,',
    '    )',
    '    install_error_handlers(app)',
    '    app.add_middleware(JsonBodyMiddleware)',
    '    app.add_middleware(MethodMiddleware)',
    '    app.add_middleware(',
    '        OriginMiddleware,',
    '        allow_origins=settings.cors_origins,',
    '        allow_methods=["*"],',
    '        allow_headers=["*"],',
    '        expose_headers=[REQUEST_ID_HEADER, "Location"],',
    '    )',
    '    app.add_middleware(RequestIdMiddleware)',
    '    app.include_router(health.router)',
    '    app.include_router(router)',
    credentialsOf(spec) && '    app.include_router(login.router)',
    '    app.openapi = partial(build_openapi, app)  # type: ignore[method-assign]',
    '    return app',
  )
}

/** `app/routers/health.py`; the paths that the spec gives its health checks are served beside the usual one. */
export function healthFile(spec: ApiSpec): ProjectFile {
  const stated = spec.endpoints
    .filter((endpoint) => endpoint.operation === 'health' && endpoint.unsupported === null && endpoint.method === 'GET')
    .map((endpoint) => endpoint.path)
  const ready = stated.filter((path) => /ready/i.test(path))
  const alive = stated.filter((path) => !ready.includes(path))
  const paths = (usual: string, more: string[]): string[] => [usual, ...more.filter((path) => path !== usual)]
  const route = (path: string, more: string): string => `@router.get("${path}"${more})`
  const aliveRoutes = paths('/health', alive).map((path, index) => route(path, index > 0 ? `, name="check_health_${index + 1}"` : ''))
  const readyRoutes = paths('/health/ready', ready).map((path, index) =>
    route(path, `, responses=error_responses(503)${index > 0 ? `, name="check_readiness_${index + 1}"` : ''}`),
  )
  const blocks = [
    'router = APIRouter(tags=["health"])',
    HEALTH_READ,
    lines(
      ...aliveRoutes,
      'async def check_health() -> HealthRead:',
      '    """Say that the process is up."""',
      '    return HealthRead(status="healthy", timestamp=dt.datetime.now(dt.UTC))',
    ),
    lines(
      ...readyRoutes,
      'async def check_readiness(session: SessionDep) -> HealthRead:',
      '    """Say that the database answers as well; 503 when it does not."""',
      '    await session.execute(sa.select(1))',
      '    return HealthRead(status="ready", timestamp=dt.datetime.now(dt.UTC))',
    ),
  ]
  return { path: 'app/routers/health.py', content: pythonModule('Whether the application is well.', blocks) }
}

const HEALTH_READ = `class HealthRead(BaseModel):
    """How the application is."""

    status: str
    timestamp: dt.datetime`
