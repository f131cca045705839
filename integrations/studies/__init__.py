"""Brand-lift studies: designed and approved here, fielded by Cint, answered on our survey host, and evaluated."""
