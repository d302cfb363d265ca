import { sha256 } from '../core/hash.ts';
import type { PageBrand } from '../pages/models.ts';
import type { TenantBrand } from '../store/tenant-settings.ts';

/**
 * Where a tenant's stylesheet and images are served. Each path names the version of what it leads to, so that browsers
 * may keep it forever.
 */
export function brandPaths({ accent, accentDark, logo, icon }: TenantBrand): Pick<PageBrand, 'stylesheet' | 'logo' | 'icon'> {
  return {
    stylesheet: accent === null ? undefined : `/brand/${sha256(`${accent} ${accentDark ?? ''}`).slice(0, 12)}/colours.css`,
    logo: logo === null ? undefined : `/brand/${logo}/logo`,
    icon: icon === null ? undefined : `/brand/${icon}/icon`,
  };
}
