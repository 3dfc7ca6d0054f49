/** The part of fabric-shim that turns contract classes into a chaincode. Its own command line uses it the same way. */
declare module 'fabric-shim/lib/contract-spi/chaincodefromcontract.js' {
  import type { Contract, JSONSerializer } from 'fabric-contract-api';
  import type { ChaincodeInterface } from 'fabric-shim';

  interface Serializers {
    transaction: string;
    serializers: Record<string, typeof JSONSerializer>;
  }

  const ChaincodeFromContract: new (
    contracts: Array<new () => Contract>,
    serializers: Serializers,
    metadata: object,
    title: string,
    version: string,
  ) => ChaincodeInterface;
  export default ChaincodeFromContract;
}
