import { describe, expect, it } from 'vitest'
import { readSpec } from '../src/index'

const read = (text: string) => readSpec(`# Shelf API\n\n- Book (id, title)\n- GET /books\n- POST /books\n\n${text}`)
const bare = (value: unknown) => JSON.parse(JSON.stringify(value, (key, part: unknown) => (key === 'source' ? undefined : part)))

describe('what a text tells about the front end', () => {
  it('workflows: who, why, the steps with what hangs below them, when it is done and what may go wrong', () => {
    const { workflows, endpoints, rules } = read(`## User Workflows

### Workflow 1: Lending (Librarian)

**User Role:** Librarian
**Goal:** Know who has what

**Steps:**
1. Opens the book
2. Fills in the form:
   - Reader
   - Day
3. Saves

**Success Criteria:** The book is lent

**Error Cases:**
- The book is lent already → Show who has it
- Cannot lend to strangers

### Workflow 2: Giving back

1. Scans the book
`)
    expect(bare(workflows)).toEqual([
      {
        name: 'Lending (Librarian)',
        role: 'Librarian',
        goal: 'Know who has what',
        steps: ['Opens the book', 'Fills in the form: Reader; Day', 'Saves'],
        success: 'The book is lent',
        failures: ['The book is lent already → Show who has it', 'Cannot lend to strangers'],
      },
      { name: 'Giving back', role: null, goal: '', steps: ['Scans the book'], success: '', failures: [] },
    ])
    expect(endpoints).toHaveLength(2)
    expect(rules).toEqual([])
  })

  it('screens: in groups or alone, with their purpose and what stands on them', () => {
    const { screens, entities } = read(`## Suggested Screen Structure

(For the front end)

### Public Screens
- **Login Page**: Who it is
- **Registration Page** (optional): A new account

### Main Screen (Books)
**Purpose:** All books

**Key Elements:**
- Search bar
- List (scrollable)
  - Each book: title, reader

**Layout Pattern:** One page
`)
    expect(bare(screens)).toEqual([
      { name: 'Login Page', group: 'Public Screens', purpose: 'Who it is', details: [] },
      { name: 'Registration Page', group: 'Public Screens', purpose: 'A new account (optional)', details: [] },
      {
        name: 'Main Screen (Books)',
        group: '',
        purpose: 'All books',
        details: [
          { title: 'Key Elements', items: ['Search bar', 'List (scrollable)', 'Each book: title, reader'] },
          { title: 'Layout Pattern', items: ['One page'] },
        ],
      },
    ])
    expect(entities.map(({ name }) => name)).toEqual(['Book'])
  })

  it('priorities, which are not the order in which the backend is built', () => {
    const { priorities } = read(`## Feature Priority for Frontend

### Must Have (MVP)
- [ ] List of books
- [ ] Search

### Nice to Have
- Dark mode

## Implementation Priority

1. Database
2. Tests
`)
    expect(bare(priorities)).toEqual([
      { level: 'Must Have (MVP)', features: ['List of books', 'Search'] },
      { level: 'Nice to Have', features: ['Dark mode'] },
    ])
  })

  it('what a role is for', () => {
    const { roles, roleTexts } = read('## Roles\n\n- **admin**: looks after the shelves\n- **reader** - borrows\n- guest\n')
    expect(roles).toEqual(['admin', 'reader', 'guest'])
    expect(roleTexts).toEqual({ admin: 'looks after the shelves', reader: 'borrows' })
  })
})
