import { defineKind } from '../../operator/core/kind.ts';
import type { MCPService } from '../../schemas/types.ts';
import { assessService } from './assess.ts';
import { serviceRevisions } from './revisions.ts';
import { desireService, networkKey, portClaim } from './desire.ts';

export const mcpService = defineKind<MCPService['spec']>({
  kind: 'MCPService',
  plural: 'services',
  desire: desireService,
  dependsOn: (service) => [networkKey(service)],
  portClaim,
  assess: assessService,
  revisions: serviceRevisions,
});
