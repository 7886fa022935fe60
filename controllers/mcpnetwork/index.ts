import { defineKind } from '../../operator/core/kind.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { assessNetwork } from './assess.ts';
import { desireNetwork } from './desire.ts';

export const mcpNetwork = defineKind<MCPNetwork['spec']>({
  kind: 'MCPNetwork',
  plural: 'networks',
  desire: desireNetwork,
  dependsOn: () => [],
  assess: assessNetwork,
});
