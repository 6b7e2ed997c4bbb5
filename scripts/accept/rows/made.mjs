/** Not a row of the contract, but what all of them stand on. @type {import('../row.mjs').Row} */
export const row = {
  id: 'made',
  title: 'made and proven',
  needs: 'files',
  async check({ built }) {
    const left = built.features.filter((feature) => feature.leftForModel !== null)
    const failed = built.features.filter((feature) => !feature.proven && feature.leftForModel === null)
    const proven = built.features.filter((feature) => feature.proven).length
    return {
      findings: [
        ...failed.map(({ id, description, reason }) => `feature ${id} is not proven: ${description} ${reason ?? ''}`),
        ...([0, 3].includes(built.code) ? [] : [`forge generate ended with ${built.code}: ${built.output}`]),
      ],
      figure: `${proven} of ${built.features.length} features proven, ${left.length} left for a model, ${built.cases} cases, ${built.seconds.toFixed(1)} s`,
    }
  },
}
