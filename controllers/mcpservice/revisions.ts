import type { Revisions } from '../../operator/core/kind.ts';
import type { MCPService } from '../../schemas/types.ts';

type Spec = MCPService['spec'];

/**
 * A revision is what a service runs. How many of it, how requests are weighed and how a change is made are settings: they
 * apply at once, and going back to an earlier revision leaves them as they are declared.
 */
export const serviceRevisions: Revisions<Spec> = {
  contentOf({ replicas: _replicas, rollout: _rollout, loadBalancing, ...content }) {
    return { ...content, loadBalancing: { algorithm: loadBalancing.algorithm } };
  },
  withContent({ replicas, rollout, loadBalancing: { weights } }, content) {
    // Made by contentOf, and complete by the schema of this kind.
    const { loadBalancing, ...rest } = content as Omit<Spec, 'replicas' | 'rollout'>;
    return { ...rest, replicas, rollout, loadBalancing: { ...loadBalancing, ...(weights && { weights }) } };
  },
};
