import { ProtocolError } from '../error.ts';

/** Business steps of CBV 2.0, section 7.1. */
export const bizSteps = [
  'accepting',
  'arriving',
  'assembling',
  'collecting',
  'commissioning',
  'consigning',
  'creating_class_instance',
  'cycle_counting',
  'decommissioning',
  'departing',
  'destroying',
  'disassembling',
  'dispensing',
  'encoding',
  'entering_exiting',
  'holding',
  'inspecting',
  'installing',
  'killing',
  'loading',
  'other',
  'packing',
  'picking',
  'receiving',
  'removing',
  'repackaging',
  'repairing',
  'replacing',
  'reserving',
  'retail_selling',
  'sampling',
  'sensor_reporting',
  'shipping',
  'staging_outbound',
  'stock_taking',
  'stocking',
  'storing',
  'transporting',
  'unloading',
  'unpacking',
  'void_shipping',
] as const;

/** Dispositions of CBV 2.0, section 7.2. */
export const dispositions = [
  'active',
  'available',
  'completeness_inferred',
  'completeness_verified',
  'conformant',
  'container_closed',
  'container_open',
  'damaged',
  'destroyed',
  'dispensed',
  'disposed',
  'encoded',
  'expired',
  'in_progress',
  'in_transit',
  'inactive',
  'mismatch_class',
  'mismatch_instance',
  'mismatch_quantity',
  'needs_replacement',
  'no_pedigree_match',
  'non_conformant',
  'non_sellable_other',
  'partially_dispensed',
  'recalled',
  'reserved',
  'retail_sold',
  'returned',
  'sellable_accessible',
  'sellable_not_accessible',
  'stolen',
  'unavailable',
  'unknown',
] as const;

/** Business transaction types of CBV 2.0, section 7.3. */
export const bizTransactionTypes = [
  'bol',
  'cert',
  'desadv',
  'inv',
  'pedigree',
  'po',
  'poc',
  'prodorder',
  'recadv',
  'rma',
  'testprd',
  'testres',
  'upevt',
] as const;

/** Source and destination types of CBV 2.0, section 7.4. */
export const sourceDestinationTypes = ['owning_party', 'possessing_party', 'location'] as const;

/** Error reasons of CBV 2.0, section 7.5. */
export const errorReasons = ['did_not_occur', 'incorrect_data'] as const;

/** Components of a vector or position that a sensor report may give (CBV 2.0, section 7.7). */
export const components = [
  'x',
  'y',
  'z',
  'axial_distance',
  'azimuth',
  'height',
  'spherical_radius',
  'polar_angle',
  'elevation_angle',
  'easting',
  'northing',
  'latitude',
  'longitude',
  'altitude',
] as const;

/** Conditions that a sensor report may raise (GS1 Web Vocabulary, SensorAlertType). */
export const sensorExceptions = ['ALARM_CONDITION', 'ERROR_CONDITION'] as const;

/** What a sensor can measure (GS1 Web Vocabulary, MeasurementType). */
export const measurementTypes = [
  'AbsoluteHumidity',
  'AbsorbedDose',
  'AbsorbedDoseRate',
  'Acceleration',
  'Altitude',
  'AmountOfSubstance',
  'AmountOfSubstancePerUnitVolume',
  'Angle',
  'AngularAcceleration',
  'AngularMomentum',
  'AngularVelocity',
  'Area',
  'Capacitance',
  'Conductance',
  'Conductivity',
  'Count',
  'Density',
  'Dimensionless',
  'DoseEquivalent',
  'DoseEquivalentRate',
  'DynamicViscosity',
  'ElectricCharge',
  'ElectricCurrent',
  'ElectricCurrentDensity',
  'ElectricFieldStrength',
  'Energy',
  'Exposure',
  'Force',
  'Frequency',
  'Illuminance',
  'Inductance',
  'Irradiance',
  'KinematicViscosity',
  'Length',
  'LinearMomentum',
  'Luminance',
  'LuminousFlux',
  'LuminousIntensity',
  'MagneticFlux',
  'MagneticFluxDensity',
  'MagneticVectorPotential',
  'Mass',
  'MassConcentration',
  'MassFlowRate',
  'MassPerAreaTime',
  'MemoryCapacity',
  'MolalityOfSolute',
  'MolarEnergy',
  'MolarMass',
  'MolarVolume',
  'Power',
  'Pressure',
  'RadiantFlux',
  'RadiantIntensity',
  'Radioactivity',
  'RelativeHumidity',
  'Resistance',
  'Resistivity',
  'SolidAngle',
  'SpecificVolume',
  'Speed',
  'SurfaceDensity',
  'SurfaceTension',
  'Temperature',
  'Time',
  'Torque',
  'Voltage',
  'Volume',
  'VolumeFlowRate',
  'VolumeFraction',
  'VolumetricFlux',
  'Wavenumber',
] as const;

export type BizStep = (typeof bizSteps)[number];
export type Disposition = (typeof dispositions)[number];
export type BizTransactionType = (typeof bizTransactionTypes)[number];
export type SourceDestinationType = (typeof sourceDestinationTypes)[number];
export type ErrorReason = (typeof errorReasons)[number];

/** A term of somebody's own vocabulary: any absolute URI outside GS1's (CBV 2.0, section 4, "CBV-compatible"). */
export type PrivateTerm = `${string}:${string}`;

/** How a vocabulary is written: bare, as URN, as web URI, as compact URI. */
interface Vocabulary<Term extends string> {
  readonly name: string;
  readonly terms: ReadonlySet<string>;
  /** Web URI up to the term: what the event hash uses. */
  readonly web: string;
  readonly prefixes: readonly string[];
  /** Carries the type only. */
  readonly example?: Term;
}

function vocabulary<Term extends string>(
  name: string,
  terms: readonly Term[],
  web: string,
  prefixes: readonly string[],
): Vocabulary<Term> {
  return { name, terms: new Set(terms), web, prefixes: [web, ...prefixes] };
}

const cbv = 'https://ref.gs1.org/cbv/';
const voc = 'https://gs1.org/voc/';

/** The vocabularies of EPCIS fields. */
export const vocabularies = {
  bizStep: vocabulary('bizStep', bizSteps, `${cbv}BizStep-`, ['cbv:BizStep-', 'urn:epcglobal:cbv:bizstep:']),
  disposition: vocabulary('disposition', dispositions, `${cbv}Disp-`, ['cbv:Disp-', 'urn:epcglobal:cbv:disp:']),
  bizTransactionType: vocabulary('business transaction type', bizTransactionTypes, `${cbv}BTT-`, [
    'cbv:BTT-',
    'urn:epcglobal:cbv:btt:',
  ]),
  sourceDestinationType: vocabulary('source or destination type', sourceDestinationTypes, `${cbv}SDT-`, [
    'cbv:SDT-',
    'urn:epcglobal:cbv:sdt:',
  ]),
  errorReason: vocabulary('error reason', errorReasons, `${cbv}ER-`, ['cbv:ER-', 'urn:epcglobal:cbv:er:']),
  component: vocabulary('component', components, `${cbv}Comp-`, ['cbv:Comp-']),
  measurementType: vocabulary('measurement type', measurementTypes, voc, ['gs1:']),
  sensorException: vocabulary('sensor exception', sensorExceptions, voc, ['gs1:']),
} as const;

/** Prefixes under which only GS1 may define terms. */
const ownedByGs1 = [cbv, voc, 'cbv:', 'gs1:', 'urn:epcglobal:cbv:'];

/**
 * The bare term of a CBV text, however it is written; a private URI is kept as it is.
 * @throws ProtocolError `epcis-term`, naming the term
 */
export function bareTerm<Term extends string>(vocabulary: Vocabulary<Term>, text: string): Term | PrivateTerm {
  const prefix = vocabulary.prefixes.find((start) => text.startsWith(start)) ?? '';
  const bare = text.slice(prefix.length);
  // The set holds exactly the terms of the type, which a Set's own type cannot say.
  if (vocabulary.terms.has(bare)) return bare as Term;
  if (isPrivate(text)) return text;
  throw new ProtocolError('epcis-term', `Unknown ${vocabulary.name} ${JSON.stringify(text)}`, {
    vocabulary: vocabulary.name,
    term: text,
  });
}

/** The web URI of a known term, or the text itself: the form that the event hash is made of. */
export function webTerm(vocabulary: Vocabulary<string>, text: string): string {
  const prefix = vocabulary.prefixes.find((start) => text.startsWith(start)) ?? '';
  const bare = text.slice(prefix.length);
  return vocabulary.terms.has(bare) ? vocabulary.web + bare : text;
}

function isPrivate(text: string): text is PrivateTerm {
  return /^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text) && !ownedByGs1.some((start) => text.startsWith(start));
}
