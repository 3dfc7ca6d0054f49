import { canonicalLink } from '../gs1/index.ts';
import type { OrganisationRecord, ProductRecord, SiteRecord } from '../ledger/index.ts';
import type { PostalAddress } from '../registry/index.ts';
import { gs1Vocabulary } from './link-types.ts';
import type { Resolvable } from './resolvable.ts';

/** A JSON-LD object with the prefix `gs1:` of the GS1 Web Vocabulary. */
export type JsonLd = { readonly '@context': object; readonly '@id': string } & Readonly<Record<string, unknown>>;

const context = { gs1: gs1Vocabulary };

/** A trade item, lot or single item in the GS1 Web Vocabulary (1.16). What nobody has said is left out. */
export function productJsonLd(
  identifier: Extract<Resolvable, { kind: 'gtin' | 'lgtin' | 'sgtin' }>,
  product: Partial<ProductRecord> | null,
): JsonLd {
  return {
    '@context': context,
    '@id': canonicalLink(identifier),
    '@type': 'gs1:Product',
    ...present({
      'gs1:gtin': identifier.gtin,
      'gs1:hasBatchLotNumber': 'lot' in identifier ? identifier.lot : undefined,
      'gs1:hasSerialNumber': identifier.kind === 'sgtin' ? identifier.serial : undefined,
      'gs1:productName': langString(product?.name),
      'gs1:productDescription': langString(product?.description),
      'gs1:brand':
        product?.brand === undefined ? undefined : { '@type': 'gs1:Brand', 'gs1:brandName': langString(product.brand) },
      'gs1:variantDescription': langString(product?.variety),
      'gs1:gpcCategoryCode': product?.gpcBrick,
    }),
  };
}

/** A place in the GS1 Web Vocabulary (1.16), with the organisation that is responsible for it. */
export function placeJsonLd(
  identifier: Extract<Resolvable, { kind: 'gln' | 'sgln' }>,
  site: SiteRecord,
  organisation: OrganisationRecord | null,
): JsonLd {
  const { position } = site;
  return {
    '@context': context,
    '@id': canonicalLink(identifier),
    '@type': 'gs1:Place',
    ...present({
      'gs1:locationGLN': site.gln,
      'gs1:physicalLocationName': langString(site.name),
      'gs1:address': addressJsonLd(site.postalAddress, site.address),
      'gs1:containedInPlace':
        site.partOf === undefined ? undefined : { '@id': canonicalLink({ kind: 'gln', gln: site.partOf }) },
      'gs1:geo': position && {
        '@type': 'gs1:GeoCoordinates',
        'gs1:latitude': degrees(position.latitudeE7),
        'gs1:longitude': degrees(position.longitudeE7),
      },
      'gs1:contactPoint':
        site.contact &&
        present({
          '@type': 'gs1:ContactPoint',
          'gs1:telephone': site.contact.phone,
          'gs1:email': site.contact.email,
        }),
      'gs1:responsibleOrganization':
        organisation === null
          ? undefined
          : present({
              '@type': 'gs1:Organization',
              'gs1:organizationName': langString(organisation.name),
              'gs1:partyGLN': organisation.gln,
            }),
    }),
  };
}

/** Certificates that events name, each by its address, in the GS1 Web Vocabulary (1.16). */
export function certificationJsonLd(identifier: Resolvable, certificates: readonly string[]): JsonLd {
  return {
    '@context': context,
    '@id': canonicalLink(identifier),
    'gs1:certification': certificates.map((uri) => ({
      '@type': 'gs1:CertificationDetails',
      'gs1:certificationURI': { '@type': 'http://www.w3.org/2001/XMLSchema#anyURI', '@value': uri },
    })),
  };
}

function addressJsonLd(address: PostalAddress | undefined, text: string | undefined): object | undefined {
  if (address === undefined && text === undefined) return undefined;
  return present({
    '@type': 'gs1:PostalAddress',
    'gs1:streetAddress': langString(address?.street ?? text),
    'gs1:postalCode': address?.postalCode,
    'gs1:addressLocality': langString(address?.city),
    'gs1:addressRegion': langString(address?.region),
    'gs1:addressCountry':
      address?.country === undefined ? undefined : { '@type': 'gs1:Country', 'gs1:countryCode': address.country },
  });
}

/** The vocabulary's names are texts of a language; which one a record's are nobody says, so they bear none (`und`). */
function langString(text: string | undefined): object | undefined {
  return text === undefined ? undefined : { '@value': text, '@language': 'und' };
}

/** Ten-millionths of a degree as decimal text, without the noise of a binary fraction. */
function degrees(e7: number): string {
  return (e7 / 1e7).toFixed(7).replace(/\.?0+$/, '');
}

function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
