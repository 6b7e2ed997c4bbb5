export { type FastapiVerifierOptions, fastapiVerifier } from './verifier'
