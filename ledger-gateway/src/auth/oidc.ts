import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Caller, type Role, roleSchema } from './caller.ts';

export const oidcOptionsSchema = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  jwksUrl: z.url(),
  /** Claim that lists the roles, with dots for nested ones, such as `realm_access.roles`. */
  rolesClaim: z.string().min(1).default('roles'),
  /** Role of ours by the issuer's name for it; names that are ours already need no entry. */
  roleNames: z.record(z.string(), roleSchema).default({}),
});
export type OidcOptions = z.output<typeof oidcOptionsSchema>;

/** Signature algorithms taken from an issuer: asymmetric ones only, since a shared secret would be in its key set. */
const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'RS256', 'PS256'];
const clockToleranceSeconds = 30;

/** Checks a bearer token of the configured issuer (OpenID Connect, RFC 9068): `null` for one that does not hold. */
export type TokenVerifier = (token: string) => Promise<Caller | null>;

export function tokenVerifier(options: OidcOptions): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl));
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      const subject = payload.sub ?? '';
      const name = typeof payload.name === 'string' ? payload.name : subject;
      return { kind: 'oidc', id: subject, name, roles: rolesOf(payload, options) };
    } catch (error) {
      // A token that does not hold is the caller's affair; an issuer whose keys can't be had is ours.
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return null;
      throw error;
    }
  };
}

function rolesOf(payload: object, { rolesClaim, roleNames }: OidcOptions): Role[] {
  const claim = rolesClaim
    .split('.')
    .reduce<unknown>(
      (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
      payload,
    );
  const names = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return names.flatMap((name) => {
    const role = roleSchema.safeParse(Object.hasOwn(roleNames, name) ? roleNames[name] : name);
    return role.success ? [role.data] : [];
  });
}
