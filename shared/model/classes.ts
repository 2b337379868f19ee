/** Classes of the classifier's outputs `type` and `gender`, in the order of its probabilities. */
export const TYPES = ['pants', 'jeans', 'shorts'] as const;
export type GarmentType = (typeof TYPES)[number];

export const GENDERS = ['women', 'men', 'kids'] as const;
export type Gender = (typeof GENDERS)[number];
